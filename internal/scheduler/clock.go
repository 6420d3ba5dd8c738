package scheduler

// Clock tells a loop the time and lets it wait. It is a value, so that the same
// tasks run on a timerfd, on Go's timers, or in virtual time.
type Clock interface {
	// Now returns the present instant. It never goes back.
	Now() Instant

	// Wait returns once until has come or Wake was called since the last
	// Wait began, whichever is first. It may return sooner than either; the
	// loop looks at the time again. An error ends the loop.
	Wait(until Instant) error

	// Wake ends the present or the next Wait. Any goroutine may call it.
	Wake()

	// Work runs a piece of blocking work beside the loop.
	Work(work func())

	// Close releases what the clock holds.
	Close() error
}
