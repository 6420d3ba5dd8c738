package demo

import (
	"math"
	"sync"
	"time"

	"ptvd/internal/scheduler"
)

// Clock is the system's clock, and can be made to run faster: all of the demo lives
// in its time, the loop and the stand-ins alike.
type Clock struct {
	scheduler.Clock
	wall time.Time         // the civil time …
	from scheduler.Instant // … at this instant

	mu     sync.Mutex
	real   scheduler.Instant // when the speed was set, by the system's clock …
	here   scheduler.Instant // … and by this one
	speed  int64
	before int64 // the speed until then
}

// NewClock returns a clock that runs as fast as the system's.
func NewClock() *Clock {
	system := scheduler.NewSystemClock()
	now := system.Now()
	return &Clock{Clock: system, wall: time.Now().Round(0), from: now, real: now, here: now, speed: 1, before: 1}
}

// Now returns the present instant.
func (c *Clock) Now() scheduler.Instant {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

func (c *Clock) now() scheduler.Instant {
	return c.here + scheduler.Instant(c.speed)*(c.Clock.Now()-c.real)
}

// Wall returns the civil time.
func (c *Clock) Wall() time.Time { return c.wall.Add(c.Now().Sub(c.from)) }

// Wait waits until the instant has come, by this clock.
func (c *Clock) Wait(until scheduler.Instant) error { return c.Clock.Wait(c.Kernel(until)) }

// Kernel returns when an instant comes by the system's clock, or when it came: the
// speed of late is known, so that a step that changes it is measured right, too.
func (c *Clock) Kernel(i scheduler.Instant) scheduler.Instant {
	c.mu.Lock()
	defer c.mu.Unlock()
	if i == scheduler.Never {
		return i
	}
	speed := c.speed
	if i < c.here {
		speed = c.before
	}
	ahead := float64(i-c.here) / float64(speed)
	return c.real.Add(time.Duration(math.Ceil(ahead)))
}

// Speed returns how many times faster than the system's the clock runs.
func (c *Clock) Speed() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return int(c.speed)
}

// SetSpeed lets it run faster from now on. Whoever waits is woken, to wait anew.
func (c *Clock) SetSpeed(times int) {
	c.mu.Lock()
	c.here, c.real = c.now(), c.Clock.Now()
	c.speed, c.before = int64(times), c.speed
	c.mu.Unlock()
	c.Wake()
}
