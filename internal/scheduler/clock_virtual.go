package scheduler

import "errors"

// ErrDeadlock ends a loop in virtual time when every task waits for something
// that nobody is left to do.
var ErrDeadlock = errors.New("every task waits, and in virtual time nobody else can wake one")

// VirtualClock lets time pass only while nothing is left to do, and then all at
// once, so that a day takes seconds and every run of it is the same. Awaited
// work takes no virtual time: it is finished before the loop goes on.
//
// It belongs to one goroutine: no post may come from another while it waits.
type VirtualClock struct {
	now   Instant
	woken bool
}

var _ Clock = (*VirtualClock)(nil)

// NewVirtualClock returns a clock that stands at start.
func NewVirtualClock(start Instant) *VirtualClock { return &VirtualClock{now: start} }

// Now returns the instant that the clock has reached.
func (c *VirtualClock) Now() Instant { return c.now }

// Wait moves the clock to until.
func (c *VirtualClock) Wait(until Instant) error {
	switch {
	case c.woken:
		c.woken = false
	case until == Never:
		return ErrDeadlock
	default:
		c.now = max(c.now, until)
	}
	return nil
}

// Wake makes the next Wait return at once.
func (c *VirtualClock) Wake() { c.woken = true }

// Work runs the work to its end on a goroutine of its own, as on every clock,
// while the loop stands still.
func (c *VirtualClock) Work(work func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		work()
	}()
	<-done
}

// Close does nothing.
func (c *VirtualClock) Close() error { return nil }
