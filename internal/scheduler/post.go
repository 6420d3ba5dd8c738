package scheduler

import (
	"sync"
	"sync/atomic"
)

// Post hands a function to the loop, which runs it between two steps. It may be
// called from any goroutine, never waits, and keeps the order of one caller's
// posts. The function must not block and cannot await.
func (l *Loop) Post(fn func()) { l.posts.add(fn) }

// posts is the one door from other goroutines to the loop.
type posts struct {
	wake    func()
	waiting atomic.Bool // the loop is in its clock's Wait, or about to be
	pending atomic.Bool
	mu      sync.Mutex
	list    []func()
	spare   []func() // the list of the last round, to be filled again
}

func (p *posts) add(fn func()) {
	p.mu.Lock()
	p.list = append(p.list, fn)
	p.mu.Unlock()
	p.pending.Store(true)
	if p.waiting.Swap(false) {
		p.wake()
	}
}

// run calls what was posted before it began.
func (p *posts) run() {
	if !p.pending.Load() {
		return
	}
	p.mu.Lock()
	p.pending.Store(false)
	round := p.list
	p.list = p.spare
	p.mu.Unlock()
	for i, fn := range round {
		fn()
		round[i] = nil
	}
	p.spare = round[:0]
}

// beginWait says that the loop is about to wait. False: it must not, there is
// something to run. The order of the two atomics here and in add is what keeps
// a post from slipping between.
func (p *posts) beginWait() bool {
	p.waiting.Store(true)
	if p.pending.Load() {
		p.waiting.Store(false)
		return false
	}
	return true
}

func (p *posts) endWait() { p.waiting.Store(false) }
