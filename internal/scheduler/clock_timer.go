package scheduler

import "time"

// TimerClock waits on a Go timer. It works on every system, also inside a
// testing/synctest bubble, where it follows the bubble's time. Go's poller rounds
// timers to whole milliseconds: on Linux [SystemClock] is several times more exact.
type TimerClock struct {
	realTime
	timer *time.Timer
	wake  chan struct{}
}

var _ Clock = (*TimerClock)(nil)

// NewTimerClock returns a clock that starts at instant 0.
func NewTimerClock() *TimerClock { return newTimerClock(newRealTime()) }

func newTimerClock(base realTime) *TimerClock {
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	return &TimerClock{realTime: base, timer: timer, wake: make(chan struct{}, 1)}
}

// Wait blocks the calling goroutine until the instant or a Wake.
func (c *TimerClock) Wait(until Instant) (Instant, error) {
	if until == Never {
		<-c.wake
		return c.Now(), nil
	}
	c.timer.Reset(until.Sub(c.Now()))
	select {
	case <-c.timer.C:
	case <-c.wake:
		c.timer.Stop()
	}
	return c.Now(), nil
}

// Suspended returns 0: what a Go timer waits for does not include it.
func (c *TimerClock) Suspended() time.Duration { return 0 }

// Wake leaves a token that the current or the next Wait takes.
func (c *TimerClock) Wake() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// Close stops the timer.
func (c *TimerClock) Close() error {
	c.timer.Stop()
	c.workers.close()
	return nil
}
