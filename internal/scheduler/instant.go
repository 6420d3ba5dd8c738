package scheduler

import (
	"math"
	"time"
)

// Instant is a moment on a loop's own monotonic clock, in nanoseconds. On Linux
// the origin is that of CLOCK_MONOTONIC, so that a kernel timestamp can be
// compared with it. It lasts 292 years and no step of the wall clock moves it.
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
