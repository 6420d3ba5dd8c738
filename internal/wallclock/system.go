package wallclock

import "time"

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
