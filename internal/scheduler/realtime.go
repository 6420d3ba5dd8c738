package scheduler

import "time"

// realtime turns the process's monotonic clock into instants. Reading it is one
// call into the vdso.
type realtime struct {
	base   time.Time // a moment…
	origin Instant   // …and the instant that it is called
}

// Now returns the present instant. Any goroutine may call it.
func (r *realtime) Now() Instant { return r.origin + Instant(time.Since(r.base)) }
