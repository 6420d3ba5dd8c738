package gpio

import (
	"sync"

	"ptvd/internal/scheduler"
)

// mailboxSize is how many edges may wait for the loop. The kernel keeps 16 a line;
// these last for 12 ms of the worst storm that it delivers, 20 000 edges a second.
const mailboxSize = 256

// mailbox takes edges from any goroutine to the loop.
type mailbox struct {
	arrived *scheduler.Flag
	mu      sync.Mutex
	edges   [mailboxSize]Edge // a ring
	first   int
	count   int
	lost    bool
}

func newMailbox(l *scheduler.Loop) *mailbox { return &mailbox{arrived: scheduler.NewFlag(l)} }

// deliver puts an edge in. A full box loses its oldest one, as the kernel's does,
// so that the last edge that is known of a line tells its level.
func (m *mailbox) deliver(e Edge) {
	m.mu.Lock()
	if m.count == mailboxSize {
		m.first = (m.first + 1) % mailboxSize
		m.count--
		m.lost = true
	}
	m.edges[(m.first+m.count)%mailboxSize] = e
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
		m.first = (m.first + 1) % mailboxSize
	}
	lost, m.lost = m.lost, false
	return into, lost
}
