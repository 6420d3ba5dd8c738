package scheduler

import (
	"math"
	"sync/atomic"
	"time"
)

// Instant is a moment on a loop's monotonic clock, in nanoseconds. A step of the
// wall clock does not move it, and the time for which the machine was suspended is
// part of it, so that data are as old as they are. The range is 292 years. On Linux
// it is that of CLOCK_MONOTONIC until the machine is suspended; see
// [Loop.FromKernel].
type Instant int64

// Never is later than every deadline.
const Never Instant = math.MaxInt64

// Add returns the instant d after i, or Never where that would overflow.
func (i Instant) Add(d time.Duration) Instant {
	sum := i + Instant(d)
	if d > 0 && sum < i {
		return Never
	}
	return sum
}

// Sub returns the time from j to i.
func (i Instant) Sub(j Instant) time.Duration { return time.Duration(i - j) }

// Clock tells a loop the time and lets it wait. It is an interface so that the
// same tasks run on a timerfd, on Go's timers, or in virtual time.
type Clock interface {
	// Now returns the current instant. It never goes backwards.
	Now() Instant

	// Wait returns once until has come or Wake was called since the last
	// Wait began, whichever is first, and then the current instant. It may
	// return sooner than either. An error ends the loop.
	Wait(until Instant) (Instant, error)

	// Suspended returns how long the machine was suspended since the last
	// call. Now has gone on by that time at once.
	Suspended() time.Duration

	// Wake ends the current or the next Wait. Any goroutine may call it.
	Wake()

	// Work runs a function that blocks on a goroutine other than the loop's.
	Work(work func())

	// Close releases the clock's resources.
	Close() error
}

// sharedClock is a clock of the system. Another goroutine may run the loop during its Wait,
// which saves the wake-up of a thread.
type sharedClock interface {
	Clock

	// TakeOver returns the current instant and true if a goroutine is in Wait, and keeps
	// it there.
	TakeOver() (Instant, bool)

	// FromKernel returns the instant of a timestamp of CLOCK_MONOTONIC that was taken
	// after the last suspend. Any goroutine may call it.
	FromKernel(timestamp Instant) Instant

	// GiveBack lets Wait go on until another instant, or end if that is 0.
	GiveBack(until Instant)
}

// realTime maps the process's monotonic clock to instants. Reading it is one call
// into the vdso.
type realTime struct {
	*workers
	base      time.Time     // a moment…
	origin    Instant       // …and its instant
	suspended *atomic.Int64 // nanoseconds since then, which the process's clock leaves out
}

func newRealTime() realTime {
	return realTime{workers: newWorkers(), base: time.Now(), suspended: new(atomic.Int64)}
}

// Now returns the current instant. Any goroutine may call it.
func (r *realTime) Now() Instant {
	return r.origin + Instant(time.Since(r.base)) + Instant(r.suspended.Load())
}
