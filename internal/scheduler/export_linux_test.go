package scheduler

import "time"

// PretendSuspend lets a clock believe that CLOCK_BOOTTIME has gone on by d more than
// the process's clock, as it has after a suspend.
func PretendSuspend(c Clock, d time.Duration) { c.(*SystemClock).bootLead -= Instant(d) }

// PretendSuspendAtExpiry does so when the clock's timer expires next, as if the machine was
// suspended just before a deadline.
func PretendSuspendAtExpiry(c Clock, d time.Duration) {
	clock := c.(*SystemClock)
	clock.armOnce = func(fd uintptr) bool {
		expired := clock.arm(fd)
		if expired {
			PretendSuspend(clock, d)
			clock.armOnce = clock.arm
		}
		return expired
	}
}

// PretendSuspendPastExpiry does so while the loop runs, and lets the clock's timer expire, as
// if the machine was suspended until after its deadline.
func PretendSuspendPastExpiry(c Clock, d time.Duration) {
	PretendSuspend(c, d)
	clock := c.(*SystemClock)
	clock.armErr = setTimer(clock.timer, clock.set.Add(time.Duration(clock.bootLead)))
}

// ExpireEarly lets a clock's timers expire as much earlier as they ever do.
func ExpireEarly(c Clock) { c.(*SystemClock).early = maxEarly }
