package demo

import (
	"fmt"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"ptvd/internal/fakeserver"
	"ptvd/internal/scheduler"
	"ptvd/internal/wallclock"
)

// Clock is a clock whose speed can be changed. The event loop and the fake servers
// use it for all times.
type Clock struct {
	scheduler.Clock                   // the system's clock
	wall            time.Time         // the civil time ...
	from            scheduler.Instant // ... at this instant

	mu       sync.Mutex
	real     scheduler.Instant // when the speed was last changed, by the system's clock ...
	here     scheduler.Instant // ... and by this one
	speed    int64
	previous int64 // the speed before the change
}

// NewClock returns a clock that shows start now, and runs at the speed of the system's
// clock.
func NewClock(start time.Time) *Clock {
	system := scheduler.NewSystemClock()
	now := system.Now()
	return &Clock{Clock: system, wall: start, from: now, real: now, here: now, speed: 1, previous: 1}
}

// Today returns when it is a time of day today where the demo's stop is. The time has the
// form 15:04.
func Today(timeOfDay string) (time.Time, error) {
	at, err := time.Parse("15:04", timeOfDay)
	if err != nil {
		return time.Time{}, fmt.Errorf("invalid time %q: must be a time of day, such as 07:50", timeOfDay)
	}
	year, month, day := time.Now().In(fakeserver.Zone).Date()
	return time.Date(year, month, day, at.Hour(), at.Minute(), 0, 0, fakeserver.Zone), nil
}

// Morning is a time at which a departure of each kind is due soon. At night nothing runs.
const Morning = "07:50"

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

// Wait waits until an instant of this clock.
func (c *Clock) Wait(until scheduler.Instant) (scheduler.Instant, error) {
	_, err := c.Clock.Wait(c.Kernel(until))
	return c.Now(), err
}

// Kernel converts an instant of this clock to one of the system's clock. Instants
// before the last change of the speed are converted with the previous speed, so that
// the duration of the step that changed it is measured correctly.
func (c *Clock) Kernel(i scheduler.Instant) scheduler.Instant {
	c.mu.Lock()
	defer c.mu.Unlock()
	if i == scheduler.Never {
		return i
	}
	speed := c.speed
	if i < c.here {
		speed = c.previous
	}
	ahead := float64(i-c.here) / float64(speed)
	return c.real.Add(time.Duration(math.Ceil(ahead)))
}

// Speed returns how many times as fast as the system's clock this one runs.
func (c *Clock) Speed() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return int(c.speed)
}

// SetSpeed changes the speed, and interrupts a Wait, which depends on it.
func (c *Clock) SetSpeed(times int) {
	c.mu.Lock()
	c.here, c.real = c.now(), c.Clock.Now()
	c.speed, c.previous = int64(times), c.speed
	c.mu.Unlock()
	c.Wake()
}

// speeds are the choices that the page offers.
var speeds = []float64{1, 10, 60}

// Speed returns how fast time runs, and the choices.
func (w *World) Speed() (now float64, choice []float64) {
	if w.clock == nil {
		return 1, nil
	}
	return float64(w.clock.Speed()), speeds
}

// SetSpeed changes how fast time runs.
func (w *World) SetSpeed(times float64) error {
	if w.clock == nil || !slices.Contains(speeds, times) {
		return fmt.Errorf("speed %v is not supported; use one of %v", times, speeds)
	}
	w.clock.SetSpeed(int(times))
	return nil
}

// system is the operating system's clock, not synchronized and possibly wrong.
type system struct {
	now   func() time.Time
	error atomic.Int64 // how far it is ahead, in nanoseconds
}

var _ wallclock.System = (*system)(nil)

func (s *system) Now() time.Time          { return s.now().Add(time.Duration(s.error.Load())) }
func (s *system) Synchronized() bool      { return false }
func (s *system) set(ahead time.Duration) { s.error.Store(int64(ahead)) }
