package scheduler

import (
	"math"
	"time"
)

// Instant is a moment on a loop's monotonic clock, in nanoseconds. On Linux the
// origin is that of CLOCK_MONOTONIC, so that a kernel timestamp can be compared
// with it. The range is 292 years, and a step of the wall clock does not move it.
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
	// Wait began, whichever is first. It may return sooner than either; the
	// loop looks at the time again. An error ends the loop.
	Wait(until Instant) error

	// Wake ends the current or the next Wait. Any goroutine may call it.
	Wake()

	// Work runs a function that blocks on a goroutine other than the loop's.
	Work(work func())

	// Close releases the clock's resources.
	Close() error
}

// realTime maps the process's monotonic clock to instants. Reading it is one call
// into the vdso.
type realTime struct {
	base   time.Time // a moment…
	origin Instant   // …and its instant
}

// Now returns the current instant. Any goroutine may call it.
func (r *realTime) Now() Instant { return r.origin + Instant(time.Since(r.base)) }
