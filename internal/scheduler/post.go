package scheduler

import (
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// Post hands a function to the loop, which runs it between two steps. It may be
// called from any goroutine, never waits, and keeps the order of one caller's
// posts. The function must not block and cannot await. After the loop has ended it
// is dropped.
func (l *Loop) Post(fn func()) { l.posts.add(fn) }

// runPosts calls what was posted before it began, as steps of the task "post".
func (l *Loop) runPosts() {
	l.readClock()
	l.charge()
	round := l.posts.take()
	for i, fn := range round {
		l.watchdog.begin(&l.postTask)
		l.call(fn)
		l.endStep(&l.postTask)
		round[i] = nil
	}
}

// call keeps a panic of a posted function from ending the loop.
func (l *Loop) call(fn func()) {
	defer func() {
		if value := recover(); value != nil {
			l.options.OnError(&l.postTask, &PanicError{Value: value, Stack: debug.Stack()})
		}
	}()
	fn()
}

// posts is the only way from other goroutines to the loop.
type posts struct {
	wake    func()
	waiting atomic.Bool // the loop is in its clock's Wait, or about to be
	pending atomic.Bool
	mu      sync.Mutex
	list    []func()
	spare   []func() // the list of the last round, for reuse
	closed  bool
}

// add returns false when the function will not be run any more.
func (p *posts) add(fn func()) bool {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return false
	}
	p.list = append(p.list, fn)
	p.mu.Unlock()
	p.pending.Store(true)
	if p.waiting.Swap(false) {
		p.wake()
	}
	return true
}

// take returns what is to be run, valid until the next take.
func (p *posts) take() []func() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pending.Store(false)
	p.list, p.spare = p.spare[:0], p.list
	return p.spare
}

// beginWait says that the loop is about to wait. False: it must not, there is
// something to run. The order of the two atomics here and in add is what prevents
// a post between them from being missed.
func (p *posts) beginWait() bool {
	p.waiting.Store(true)
	if p.pending.Load() {
		p.waiting.Store(false)
		return false
	}
	return true
}

func (p *posts) endWait() { p.waiting.Store(false) }

func (p *posts) close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
}
