package plugintest

import (
	"sync/atomic"
	"testing"
	"time"

	"ptvd/internal/scheduler"
)

// NewBesideProcess returns a harness whose time passes only while every task waits and no
// awaited work runs, and then at once: for a test of hours in which a plugin talks to
// another process. What that sends takes no time, but may come after time has passed, so
// that the test waits for it before it lets more of it pass.
func NewBesideProcess(t testing.TB) *Harness {
	c := &clock{wake: make(chan struct{}, 1)}
	c.now.Store(int64(time.Hour))
	return newHarness(t, c)
}

// clock is virtual, as [scheduler.VirtualClock] is, and any goroutine may wake it.
type clock struct {
	now     atomic.Int64
	working atomic.Int64
	wake    chan struct{}
}

func (c *clock) Now() scheduler.Instant { return scheduler.Instant(c.now.Load()) }

func (c *clock) Wait(until scheduler.Instant) (scheduler.Instant, error) {
	select {
	case <-c.wake:
		return c.Now(), nil
	default:
	}
	if c.working.Load() > 0 || until == scheduler.Never {
		<-c.wake
		return c.Now(), nil
	}
	c.now.Store(max(c.now.Load(), int64(until)))
	return c.Now(), nil
}

func (c *clock) Work(work func()) {
	c.working.Add(1)
	go func() {
		work()
		c.working.Add(-1)
		c.Wake()
	}()
}

func (c *clock) Wake() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

func (c *clock) Suspended() time.Duration { return 0 }
func (c *clock) Close() error             { return nil }
