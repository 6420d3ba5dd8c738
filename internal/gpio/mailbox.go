package gpio

import (
	"sync"

	"ptvd/internal/scheduler"
)

// QueueSize is how many edges of lines that were opened together may wait: in the
// kernel until they are read, and then again until the loop takes them. A knob that
// is spun with worn contacts makes about 8000 edges a second, for which the queue
// lasts 64 ms: longer than a machine stalls, or a task may hold the loop. A loose
// contact makes 20 000, all that the kernel delivers, for 25 ms. The kernel would
// keep 16 a line by itself, and 1024 at the most.
const QueueSize = 512

// mailbox takes edges from any goroutine to the loop.
type mailbox struct {
	arrived *scheduler.Flag
	mu      sync.Mutex
	edges   [QueueSize]Edge // a ring
	first   int
	count   int
	lost    bool
}

func newMailbox(l *scheduler.Loop) *mailbox { return &mailbox{arrived: scheduler.NewFlag(l)} }

// deliver puts an edge in. A full box loses its oldest one, as the kernel's does,
// so that the last edge that is known of a line tells its level.
func (m *mailbox) deliver(e Edge) {
	m.mu.Lock()
	if m.count == QueueSize {
		m.first = (m.first + 1) % QueueSize
		m.count--
		m.lost = true
	}
	m.edges[(m.first+m.count)%QueueSize] = e
	m.count++
	m.mu.Unlock()
	m.arrived.Set()
}

// overflow says that edges were lost before they came here.
func (m *mailbox) overflow() {
	m.mu.Lock()
	m.lost = true
	m.mu.Unlock()
	m.arrived.Set()
}

// take empties the box into a slice and tells whether edges were lost.
func (m *mailbox) take(into []Edge) (edges []Edge, lost bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for ; m.count > 0; m.count-- {
		into = append(into, m.edges[m.first])
		m.first = (m.first + 1) % QueueSize
	}
	lost, m.lost = m.lost, false
	return into, lost
}
