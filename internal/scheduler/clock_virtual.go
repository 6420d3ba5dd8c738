package scheduler

import (
	"context"
	"errors"
	"slices"
	"time"
)

// ErrDeadlock ends a loop in virtual time when every task waits for something
// that nobody is left to do.
var ErrDeadlock = errors.New("every task waits, and in virtual time nobody else can wake one")

// ErrClockClosed is what [VirtualClock.Sleep] returns after the clock was closed.
var ErrClockClosed = errors.New("the virtual clock is closed")

// VirtualClock lets time pass only while nothing is left to do, and then all at
// once, so that a day takes seconds and every run of it is the same.
//
// Awaited work takes no virtual time unless it calls Sleep. Of the loop and all
// that works beside it only one runs at a time, handed on from one to the next in
// an order that never differs: work runs until it ends or sleeps, and what sleeps
// goes on while the loop waits. So they share the clock with no locks, and no post
// may come from any other goroutine while the loop waits.
type VirtualClock struct {
	now    Instant
	woken  bool
	closed bool
	naps   []*nap        // in the order of waking, first in first out among equals
	back   chan struct{} // to whoever lets the present work run
}

var _ Clock = (*VirtualClock)(nil)

// nap is work that sleeps.
type nap struct {
	due   Instant
	until context.Context // done: it is woken before it is due
	wake  chan struct{}
}

// NewVirtualClock returns a clock that stands at start.
func NewVirtualClock(start Instant) *VirtualClock { return &VirtualClock{now: start} }

// Now returns the instant that the clock has reached.
func (c *VirtualClock) Now() Instant { return c.now }

// Wait moves the clock to until, or to where the first work that sleeps wakes, and
// lets that go on.
func (c *VirtualClock) Wait(until Instant) error {
	if c.woken {
		c.woken = false
		return nil
	}
	if n := c.nextNap(until); n != nil {
		c.now = max(c.now, n.due)
		c.let(func() { close(n.wake) })
		c.woken = false // the caller looks around anyway
		return nil
	}
	if until == Never {
		return ErrDeadlock
	}
	c.now = max(c.now, until)
	return nil
}

// Wake makes the next Wait return at once.
func (c *VirtualClock) Wake() { c.woken = true }

// Work runs the work on a goroutine of its own, as on every clock, while the
// caller stands still until it ends or sleeps.
func (c *VirtualClock) Work(work func()) {
	c.let(func() {
		go func() {
			defer func() { c.back <- struct{}{} }()
			work()
		}()
	})
}

// Sleep lets the work that calls it sleep for a time, or until its context is
// done; the error is then the context's. Only work that Work has started may call
// it.
func (c *VirtualClock) Sleep(ctx context.Context, d time.Duration) error {
	if err := c.over(ctx); err != nil {
		return err
	}
	if c.back == nil {
		panic("scheduler: only work beside the loop may sleep on its clock, and this would block the loop")
	}
	n := &nap{due: c.now.Add(max(d, 0)), until: ctx, wake: make(chan struct{})}
	at := len(c.naps)
	for at > 0 && n.due < c.naps[at-1].due {
		at--
	}
	c.naps = slices.Insert(c.naps, at, n)
	c.back <- struct{}{}
	<-n.wake
	return c.over(ctx)
}

// Close wakes all work that sleeps, and lets it end.
func (c *VirtualClock) Close() error {
	c.closed = true
	for len(c.naps) > 0 {
		n := c.takeNap(0)
		c.let(func() { close(n.wake) })
	}
	return nil
}

// over tells why there is no more sleep to be had, nil where there is.
func (c *VirtualClock) over(ctx context.Context) error {
	if c.closed {
		return ErrClockClosed
	}
	return ctx.Err()
}

// let lets work run, and returns when it has ended or fallen asleep.
func (c *VirtualClock) let(start func()) {
	outer := c.back
	back := make(chan struct{})
	c.back = back
	start()
	<-back
	c.back = outer
}

// nextNap takes out the first work that is to go on by an instant, nil where there
// is none. Work that was given up goes on now.
func (c *VirtualClock) nextNap(until Instant) *nap {
	for i, n := range c.naps {
		if n.until.Done() != nil && n.until.Err() != nil {
			n.due = c.now
			return c.takeNap(i)
		}
	}
	if len(c.naps) > 0 && c.naps[0].due <= until {
		return c.takeNap(0)
	}
	return nil
}

func (c *VirtualClock) takeNap(i int) *nap {
	n := c.naps[i]
	c.naps = slices.Delete(c.naps, i, i+1)
	return n
}
