// Package wallclock tells civil time on a board whose clock may be wrong.
//
// A board without a battery boots in the past. The time counts as
// [Clock.Synchronized] once an NTP instance has corrected it through
// [Clock.Correct], or while the kernel says that another daemon keeps the
// system's clock. Until then nothing that counts down to a moment may show a
// number. After a correction the time is carried on by the monotonic clock, so
// a step of the system's clock does not move it.
package wallclock

import (
	"fmt"
	"sync/atomic"
	"time"

	"ptvd/internal/scheduler"
)

// Floor is the earliest time that is accepted, from any source. Boards without a
// battery boot in 1970 or at the date of their image, and GPS receivers fall back
// by 1024 weeks.
var Floor = time.Date(2025, time.January, 1, 0, 0, 0, 0, time.UTC)

// Clock is the board's civil time. Its methods belong to the loop, except
// Uncorrected and Estimate, which any goroutine may call.
type Clock struct {
	system      System
	monotonic   func() scheduler.Instant
	zone        *time.Location
	wall0       time.Time         // the system's time ...
	mono0       scheduler.Instant // ... at this instant
	corrected   bool
	correction  atomic.Pointer[time.Duration] // true time minus Uncorrected, as it was last measured; nil: never
	suspended   bool                          // since the last correction
	resumed     scheduler.Event
	trustSystem bool
}

// New returns a clock that reads the system's clock until it is corrected. With
// trustSystem, for a board that has no NTP instance, the system's clock counts as
// synchronized once it has passed the [Floor].
func New(system System, monotonic func() scheduler.Instant, zone *time.Location, trustSystem bool) *Clock {
	return &Clock{
		system: system, monotonic: monotonic, zone: zone, trustSystem: trustSystem,
		wall0: system.Now().Round(0), mono0: monotonic(),
	}
}

// Configure changes the zone, and whether the system's clock is trusted.
func (c *Clock) Configure(zone *time.Location, trustSystem bool) {
	c.zone, c.trustSystem = zone, trustSystem
}

// Now returns the best known time, in the configured zone. It has no monotonic reading,
// which would hide a step of the system's clock in comparisons.
func (c *Clock) Now() time.Time {
	if !c.corrected {
		return c.system.Now().Round(0).In(c.zone)
	}
	return c.Estimate().In(c.zone)
}

// Estimate returns the best known time, also of a clock that is not synchronized, for
// what cannot wait, such as the validity of certificates.
func (c *Clock) Estimate() time.Time {
	if offset := c.correction.Load(); offset != nil {
		return c.Uncorrected().Add(*offset)
	}
	return c.system.Now()
}

// Synchronized reports whether Now can be relied on.
func (c *Clock) Synchronized() bool {
	if c.corrected {
		return true
	}
	if c.suspended && !c.trustSystem {
		return false // what the kernel says is about the time before
	}
	return (c.trustSystem || c.system.Synchronized()) && !c.system.Now().Before(Floor)
}

// Uncorrected returns the system's time at the start, carried on by the monotonic
// clock. Corrections are measured against it, so a step of the system's clock
// between a request and its reply does no harm. While the system's clock is
// slewed, the monotonic clock is slewed too, by half a second at most; the next
// correction makes up for it.
func (c *Clock) Uncorrected() time.Time { return c.wall0.Add(c.monotonic().Sub(c.mono0)) }

// Correct takes a measurement: true time is Uncorrected plus offset. It returns
// an error, and changes nothing, if that is before the [Floor].
func (c *Clock) Correct(offset time.Duration) error {
	if now := c.Uncorrected().Add(offset); now.Before(Floor) {
		return fmt.Errorf("implausible time: %s is before %s", now.UTC().Format(time.DateOnly), Floor.Format(time.DateOnly))
	}
	c.corrected, c.suspended = true, false
	c.correction.Store(&offset)
	return nil
}

// Resume handles that the machine was suspended. A board's clock for that time is
// inexact or does not exist, so the time is not relied on until the next correction.
func (c *Clock) Resume() {
	c.corrected, c.suspended = false, true
	c.resumed.Set()
}

// Resumed is set by Resume, for the time source, which clears it and measures.
func (c *Clock) Resumed() *scheduler.Event { return &c.resumed }

// Offset returns the corrected time minus the system's, as NTP counts it (RFC
// 5905): positive where the system's clock is behind. It is 0 before the first
// correction.
func (c *Clock) Offset() time.Duration {
	if !c.corrected {
		return 0
	}
	return c.Now().Sub(c.system.Now())
}

// Setter returns the means to set the system's clock, and whether there is one.
func (c *Clock) Setter() (Setter, bool) {
	setter, ok := c.system.(Setter)
	return setter, ok
}

// System is the operating system's clock.
type System interface {
	// Now returns the system's time.
	Now() time.Time

	// Synchronized reports whether some daemon keeps the clock: the kernel says so
	// (adjtimex(2), no STA_UNSYNC) or, where reading that is forbidden, the file
	// that systemd-timesyncd.service(8) leaves does. It is quick enough for the loop.
	Synchronized() bool
}

// Setter is a System that can be set. Its methods are system calls that may
// reach the hardware: make them through an await.
type Setter interface {
	// MaySet returns nil if this process may set the clock, and otherwise the
	// reason why not.
	MaySet() error

	// Step moves the clock by an amount at once.
	Step(by time.Duration) error

	// Slew moves the clock by an amount, at most half a second, by letting it run
	// faster or slower for a while. The longer the interval until the next
	// correction, the more gently.
	Slew(by, interval time.Duration) error
}
