package scheduler_test

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ptvd/internal/scheduler"
)

func TestTheSystemClockFollowsTheKernelsAndIsNeverBehindIt(t *testing.T) {
	for range 20 {
		clock := scheduler.NewSystemClock()
		for range 1000 {
			var kernel unix.Timespec
			if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &kernel); err != nil {
				t.Fatal(err)
			}
			ahead := clock.Now().Sub(scheduler.Instant(kernel.Nano()))
			if ahead < 0 || ahead > time.Second {
				t.Fatalf("it is %v ahead of the kernel's", ahead)
			}
		}
		clock.Close()
	}
}

func TestAWaitOfTheSystemClockDoesNotAllocate(t *testing.T) {
	clock := scheduler.NewSystemClock()
	defer clock.Close()
	perWait := testing.AllocsPerRun(100, func() {
		clock.Wait(clock.Now().Add(10 * time.Microsecond))
		clock.Wake()
		clock.Wait(scheduler.Never)
	})
	if perWait != 0 {
		t.Errorf("%v allocations", perWait)
	}
}
