package scheduler

import (
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// minPosts is how many posts are run between two steps at least. A post may itself
	// post, as an edge does by setting a flag, and what it posts should not have to
	// wait for a step.
	minPosts = 4
	// maxPosts is how many are run at most. Posts beyond minPosts do not delay a
	// sleeper that is due.
	maxPosts = 64
	// crowdedPosts is how many may wait before a goroutine that posts is slowed
	// down, by crowdedDelay for each post: enough that a flood of posts uses little
	// of the processor, which would delay the loop as well.
	crowdedPosts = 1024
	crowdedDelay = 10 * time.Millisecond
	// reportedPosts is how many may wait before that is reported as an error.
	reportedPosts = 10 * crowdedPosts
)

// Post hands a function to the loop, which runs it between two steps. It may be
// called from any goroutine, never waits for the loop, and keeps the order of one
// caller's posts. The function must not block and cannot await. After the loop has
// ended it is dropped.
//
// While more than a thousand posts wait, each call from another goroutine takes ten
// milliseconds; when ten times as many wait, that is an error for OnError.
func (l *Loop) Post(fn func()) {
	if l.posts.add(fn); l.posts.crowded.Load() && !l.onLoop() {
		time.Sleep(crowdedDelay)
	}
}

// runPosts calls what was posted, as steps of the task "post".
func (l *Loop) runPosts() {
	l.time.settle()
	for n := range maxPosts {
		fn := l.posts.next()
		if fn == nil || n >= minPosts && l.deadline() <= l.time.now {
			return
		}
		l.posts.drop()
		l.time.begin(&l.postTask)
		l.call(fn)
		l.time.end(0)
	}
	if n := l.posts.newPeak(); n > 0 {
		l.options.OnError(&l.postTask, fmt.Errorf("%d posted functions are waiting: goroutines call Loop.Post faster than the loop can run them", n))
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
	pending atomic.Bool // the list is not empty
	crowded atomic.Bool // it is longer than crowdedPosts
	mu      sync.Mutex
	list    []func()
	closed  bool

	// These belong to the loop.
	taken []func() // a former list, which is being run …
	first int      // … from here on
	peak  int      // the length that was last reported
}

// add adds a function, unless the loop has ended, and ends the loop's wait.
func (p *posts) add(fn func()) {
	if p.put(fn) {
		p.endLoopsWait()
	}
}

// put is add without the end of the wait. It returns false when the loop has ended.
func (p *posts) put(fn func()) bool {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return false
	}
	p.list = append(p.list, fn)
	p.pending.Store(true)
	if len(p.list) > crowdedPosts {
		p.crowded.Store(true)
	}
	p.mu.Unlock()
	return true
}

func (p *posts) endLoopsWait() {
	if p.waiting.Swap(false) {
		p.wake()
	}
}

// any tells whether a post waits.
func (p *posts) any() bool { return p.first < len(p.taken) || p.pending.Load() }

// next returns the oldest post, nil if there is none; drop removes it.
func (p *posts) next() func() {
	if p.first == len(p.taken) {
		if !p.pending.Load() {
			return nil
		}
		p.take()
	}
	return p.taken[p.first]
}

func (p *posts) drop() {
	p.taken[p.first] = nil
	p.first++
}

// take exchanges the list for the one that has been run.
func (p *posts) take() {
	if len(p.taken) > maxPosts {
		p.taken = nil // a burst's list is not kept
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pending.Store(false)
	p.crowded.Store(false)
	p.list, p.taken, p.first = p.taken[:0], p.list, 0
}

// newPeak returns how many posts wait if they are too many, and twice as many as
// when that was last reported; else 0.
func (p *posts) newPeak() int {
	n := len(p.taken) - p.first
	if n < max(reportedPosts, 2*p.peak) {
		return 0
	}
	p.peak = n
	return n
}

// beginWait says that the loop is about to wait. False: it must not, there is
// something to run. The order of the two atomics here and in add is what prevents
// a post between them from being missed.
func (p *posts) beginWait() bool {
	p.waiting.Store(true)
	if p.any() {
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
