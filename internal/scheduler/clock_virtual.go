package scheduler

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"
)

// ErrDeadlock ends a loop in virtual time when every task waits and nothing is
// left that could wake one.
var ErrDeadlock = errors.New("deadlock: every task waits, and no timer or work is left that could wake one")

// ErrClockClosed is what [VirtualClock.Sleep] returns after the clock was closed.
var ErrClockClosed = errors.New("the virtual clock is closed")

// VirtualClock advances only while the loop has nothing to do, and then at once to
// the next deadline, so that a day takes seconds and every run of it is the same.
//
// Awaited work takes no virtual time unless it calls Sleep. The loop and the
// awaited work run one at a time, in an order that is always the same: work runs
// until it ends or sleeps, and resumes from its sleep while the loop waits. So they
// share the rest of the clock without locks, and no other goroutine may post while the loop
// waits.
type VirtualClock struct {
	now       atomic.Int64  // the Instant; servers of tests read it from goroutines of their own
	suspend   time.Duration // at the next Wait
	suspended time.Duration // since the last call of Suspended
	woken     bool
	closed    bool
	sleepers  []*sleeper    // by due time, first in first out among equals
	parked    chan struct{} // receives when the work that runs now has ended or sleeps
	spare     chan struct{} // for the next work; nil: there is none
	work      func()        // that is being started
	run       func()        // runs it; made once, so that a piece of work allocates nothing here
}

var _ Clock = (*VirtualClock)(nil)

// sleeper is a piece of work that sleeps.
type sleeper struct {
	due  Instant
	ctx  context.Context // wakes it early when done
	wake chan struct{}
}

// NewVirtualClock returns a clock that stands at start.
func NewVirtualClock(start Instant) *VirtualClock {
	c := &VirtualClock{}
	c.run = func() {
		work := c.work
		defer func() { c.parked <- struct{}{} }()
		work()
	}
	c.now.Store(int64(start))
	return c
}

// Now returns the instant that the clock has reached.
func (c *VirtualClock) Now() Instant { return Instant(c.now.Load()) }

// Wait advances the clock to until, or to where the first sleeping work is due,
// and resumes that.
func (c *VirtualClock) Wait(until Instant) (Instant, error) {
	if c.suspend > 0 {
		c.advance(c.Now().Add(c.suspend))
		c.suspended, c.suspend = c.suspended+c.suspend, 0
		return c.Now(), nil
	}
	if c.woken {
		c.woken = false
		return c.Now(), nil
	}
	if s := c.nextSleeper(until); s != nil {
		c.advance(s.due)
		c.runUntilParked(func() { close(s.wake) })
		c.woken = false // the caller looks for posts anyway
		return c.Now(), nil
	}
	if until == Never {
		return c.Now(), ErrDeadlock
	}
	c.advance(until)
	return c.Now(), nil
}

// advance sets the clock, unless that would set it back.
func (c *VirtualClock) advance(to Instant) { c.now.Store(int64(max(c.Now(), to))) }

// Suspend suspends the machine for d when the loop waits next.
func (c *VirtualClock) Suspend(d time.Duration) { c.suspend += d }

// Suspended returns how long the machine was suspended since the last call.
func (c *VirtualClock) Suspended() time.Duration {
	d := c.suspended
	c.suspended = 0
	return d
}

// Wake makes the next Wait return at once.
func (c *VirtualClock) Wake() { c.woken = true }

// Work runs the work on a goroutine of its own, as every clock does, and blocks
// the caller until it ends or sleeps.
func (c *VirtualClock) Work(work func()) {
	c.work = work
	c.runUntilParked(func() { go c.run() })
}

// Sleep pauses the work that calls it for d, or until its context is done; the
// error is then the context's. Only work started by Work may call it.
func (c *VirtualClock) Sleep(ctx context.Context, d time.Duration) error {
	if err := c.sleepErr(ctx); err != nil {
		return err
	}
	if c.parked == nil {
		panic("scheduler: VirtualClock.Sleep was called on the loop, which it would block; only awaited work may call it")
	}
	s := &sleeper{due: c.Now().Add(max(d, 0)), ctx: ctx, wake: make(chan struct{})}
	at := len(c.sleepers)
	for at > 0 && s.due < c.sleepers[at-1].due {
		at--
	}
	c.sleepers = slices.Insert(c.sleepers, at, s)
	c.parked <- struct{}{}
	<-s.wake
	return c.sleepErr(ctx)
}

// Close wakes all work that sleeps, and lets it end.
func (c *VirtualClock) Close() error {
	c.closed = true
	for len(c.sleepers) > 0 {
		s := c.removeSleeper(0)
		c.runUntilParked(func() { close(s.wake) })
	}
	return nil
}

// sleepErr returns why a sleep ends early or does not begin, nil if it may.
func (c *VirtualClock) sleepErr(ctx context.Context) error {
	if c.closed {
		return ErrClockClosed
	}
	return ctx.Err()
}

// runUntilParked starts or resumes work, and returns when it has ended or sleeps.
func (c *VirtualClock) runUntilParked(start func()) {
	outer, parked := c.parked, c.spare
	if c.spare = nil; parked == nil {
		parked = make(chan struct{})
	}
	c.parked = parked
	start()
	<-parked
	c.parked, c.spare = outer, parked
}

// nextSleeper removes and returns the first work that is due by an instant, nil
// where there is none. Work whose context is done is due now.
func (c *VirtualClock) nextSleeper(until Instant) *sleeper {
	for i, s := range c.sleepers {
		if s.ctx.Done() != nil && s.ctx.Err() != nil {
			s.due = c.Now()
			return c.removeSleeper(i)
		}
	}
	if len(c.sleepers) > 0 && c.sleepers[0].due <= until {
		return c.removeSleeper(0)
	}
	return nil
}

func (c *VirtualClock) removeSleeper(i int) *sleeper {
	s := c.sleepers[i]
	c.sleepers = slices.Delete(c.sleepers, i, i+1)
	return s
}
