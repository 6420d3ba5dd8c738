package wallclock

import "time"

// System is the operating system's clock.
type System interface {
	// Now returns the system's idea of the time.
	Now() time.Time

	// Synchronised tells whether some daemon keeps the clock: the kernel says so
	// (adjtimex(2), no STA_UNSYNC) or, where it may not be asked, the mark of
	// systemd-timesyncd.service(8). It is quick enough for the loop.
	Synchronised() bool
}

// Setter is a System that can be set. Its methods are system calls that go to
// the hardware: make them through an await.
type Setter interface {
	// MaySet returns nil where this process may set the clock, else why not.
	MaySet() error

	// Step moves the clock by an amount at once.
	Step(by time.Duration) error

	// Slew moves the clock by an amount, at most half a second, by letting
	// it run faster or slower for a while. How gently follows from the
	// interval until the next one.
	Slew(by, interval time.Duration) error
}
