package gpio

import (
	"sync"

	"ptvd/internal/scheduler"
)

// mailbox passes edges from any goroutine to the loop.
type mailbox struct {
	arrived *scheduler.Flag
	mu      sync.Mutex
	edges   [QueueSize]Edge // a ring
	first   int
	count   int
	lost    bool
}

func newMailbox(l *scheduler.Loop) *mailbox { return &mailbox{arrived: scheduler.NewFlag(l)} }

// add adds an edge; arrived is to be set afterwards. If the mailbox is full, the oldest
// edge is dropped, as in the kernel's queue, so that the last known edge of a line still
// gives its level.
func (m *mailbox) add(e Edge) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.count == QueueSize {
		m.first = (m.first + 1) % QueueSize
		m.count--
		m.lost = true
	}
	m.edges[(m.first+m.count)%QueueSize] = e
	m.count++
}

// overflow records that edges were lost before they were delivered.
func (m *mailbox) overflow() {
	m.mu.Lock()
	m.lost = true
	m.mu.Unlock()
	m.arrived.Set()
}

// take appends all edges to a slice and reports whether edges were lost.
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
