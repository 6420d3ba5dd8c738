// Package wallclock tells civil time on a board whose clock may be wrong.
//
// A board without a battery boots in the past. Until somebody who knows has
// spoken (an NTP instance through [Clock.Correct], or the kernel, which says
// that another daemon keeps its clock), the time is not [Clock.Known], and what
// counts down to a moment must not show a number. After a correction the time
// is carried on by the monotonic clock, so that a step of the system's clock
// moves nothing.
package wallclock

import (
	"fmt"
	"time"

	"ptvd/internal/scheduler"
)

// Floor is a moment that has passed: a clock that stands before it is wrong,
// whoever vouches for it. Boards without a battery boot in 1970 or at the date
// of their image, and receivers of GPS fall back by 1024 weeks.
var Floor = time.Date(2025, time.January, 1, 0, 0, 0, 0, time.UTC)

// Clock is the board's civil time. Its methods belong to the loop, but for
// Raw, which any goroutine may call.
type Clock struct {
	system    System
	monotonic func() scheduler.Instant
	zone      *time.Location
	wall0     time.Time         // the system's time …
	mono0     scheduler.Instant // … at this instant
	offset    time.Duration     // of true time against Raw
	corrected bool
	trusting  bool
}

// New returns a clock that reads the system's until it is corrected. Where trust
// is set, for a board on which nobody is configured to know the time better, the
// system's clock counts as right once it has passed the [Floor].
func New(system System, monotonic func() scheduler.Instant, zone *time.Location, trust bool) *Clock {
	return &Clock{
		system: system, monotonic: monotonic, zone: zone, trusting: trust,
		wall0: system.Now().Round(0), mono0: monotonic(),
	}
}

// Configure changes the zone, and whether the system's clock is trusted.
func (c *Clock) Configure(zone *time.Location, trust bool) { c.zone, c.trusting = zone, trust }

// Now returns the best known time, in the configured zone.
func (c *Clock) Now() time.Time {
	if !c.corrected {
		return c.system.Now().In(c.zone)
	}
	return c.Raw().Add(c.offset).In(c.zone)
}

// Known tells whether Now is to be believed.
func (c *Clock) Known() bool {
	if c.corrected {
		return true
	}
	return (c.trusting || c.system.Synchronised()) && !c.system.Now().Before(Floor)
}

// Raw returns the system's time at the start, carried on by the monotonic clock.
// It is what an offset for Correct is measured against: no step of the system's
// clock can fall between a question and its answer. Where that clock is slewed,
// the monotonic one goes along, by half a second at most; the next correction
// makes up for it.
func (c *Clock) Raw() time.Time { return c.wall0.Add(c.monotonic().Sub(c.mono0)) }

// Correct takes a measurement: true time is Raw plus offset. One that leads to a
// time before the [Floor] is refused.
func (c *Clock) Correct(offset time.Duration) error {
	if now := c.Raw().Add(offset); now.Before(Floor) {
		return fmt.Errorf("%s cannot be today's date: %s has passed", now.UTC().Format(time.DateOnly), Floor.Format(time.DateOnly))
	}
	c.offset, c.corrected = offset, true
	return nil
}

// SystemError returns how far the system's clock is ahead of the corrected time;
// 0 before the first correction.
func (c *Clock) SystemError() time.Duration {
	if !c.corrected {
		return 0
	}
	return c.system.Now().Sub(c.Now())
}

// Setter returns the means to set the system's clock; false: there is none.
func (c *Clock) Setter() (Setter, bool) {
	setter, ok := c.system.(Setter)
	return setter, ok
}
