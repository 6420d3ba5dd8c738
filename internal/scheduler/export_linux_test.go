package scheduler

import "time"

// PretendSuspend lets a clock believe that CLOCK_BOOTTIME has gone on by d more than
// the process's clock, as it has after a suspend.
func PretendSuspend(c Clock, d time.Duration) { c.(*SystemClock).bootLead -= Instant(d) }
