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
			kernel := kernelTime(t)
			ahead := clock.Now().Sub(kernel)
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

func TestAWaitWhoseTimerExpiresEarlierEndsAtItsDeadline(t *testing.T) {
	clock := scheduler.NewSystemClock()
	defer clock.Close()
	for n := range 1000 { // the clock sets its timers earlier by what the waits before took too long
		until := clock.Now().Add(100 * time.Microsecond)
		if now, err := clock.Wait(until); now < until || err != nil {
			t.Fatalf("wait %d ended %v early: %v", n, until.Sub(now), err)
		}
	}
}

// Two Waits for the same deadline, of which a post has ended the first one.
func TestAWaitThatBeginsWhenItsTimerHasExpiredEndsAtItsDeadline(t *testing.T) {
	clock := scheduler.NewSystemClock()
	defer clock.Close()
	scheduler.ExpireEarly(clock)
	until := clock.Now().Add(ms)
	set(clock, until)
	for clock.Now() < until.Add(-100*time.Microsecond) { // a busy machine may be later
	}
	if now, err := clock.Wait(until); now < until || err != nil {
		t.Errorf("it ended %v early: %v", until.Sub(now), err)
	}
}

// If the loop runs while the machine is suspended, the timer expires before the next Wait.
// The poller forgets that, and without another look the Wait would take an hour.
func TestASuspendPastADeadlineBetweenTwoWaitsIsNoticedByTheSecond(t *testing.T) {
	clock, other := scheduler.NewSystemClock(), scheduler.NewSystemClock()
	defer clock.Close()
	defer other.Close()
	until := clock.Now().Add(time.Hour)
	set(clock, until)
	scheduler.PretendSuspendPastExpiry(clock, 2*time.Hour)
	other.Wait(other.Now().Add(2 * ms)) // the poller has seen the other timer, too
	now, err := clock.Wait(until)
	if suspended := clock.Suspended(); err != nil || now < until || suspended < time.Hour {
		t.Errorf("suspended for %v, %v before the deadline: %v", suspended, until.Sub(now), err)
	}
}

// set sets the timer of a clock as a Wait does that a post ends.
func set(clock scheduler.Clock, until scheduler.Instant) {
	shared := clock.(takenOver)
	shared.GiveBack(until)
	shared.TakeOver()
}

func TestTheSystemClockGoesOnByTheTimeOfASuspend(t *testing.T) {
	clock := scheduler.NewSystemClock()
	var suspended []time.Duration
	loop := scheduler.New(scheduler.Options{
		Clock:    clock,
		OnResume: func(d time.Duration) { suspended = append(suspended, d.Round(time.Minute)) },
	})
	before := kernelTime(t)
	loop.Run(func(task *scheduler.Task) error {
		sleeper := task.Go("sleeper", sleepAnHour)
		task.Sleep(ms)
		scheduler.PretendSuspend(clock, 2*time.Hour)
		task.Sleep(2 * ms) // a suspend takes longer, too
		task.Join(sleeper) // or the test takes an hour
		if passed := task.Now().Sub(before); passed < 2*time.Hour || passed > 3*time.Hour {
			t.Errorf("the clock went on by %v", passed)
		}
		for range 20 {
			d := 100 * time.Microsecond
			start, real := task.Now(), time.Now()
			task.Sleep(d)
			if task.Now().Sub(start) < d || time.Since(real) < d {
				t.Error("a sleep after that ended early")
			}
		}
		stamp := kernelTime(t)
		if late := task.Now().Sub(loop.FromKernel(stamp)); late < 0 || late > time.Second {
			t.Errorf("the instant of a kernel timestamp is %v ago", late)
		}
		return nil
	})
	if len(suspended) != 1 || suspended[0] != 2*time.Hour {
		t.Errorf("reported %v", suspended)
	}
}

// A timer that expires on time does not make the clock look for a suspend, which would cost a
// system call. So a suspend just before a deadline is noticed by the Wait after it.
func TestASuspendJustBeforeADeadlineIsNoticedByTheNextWait(t *testing.T) {
	clock := scheduler.NewSystemClock()
	defer clock.Close()
	for range 20 { // a busy machine is late for some, and then notices it at once
		before := clock.Now()
		scheduler.PretendSuspendAtExpiry(clock, 2*time.Hour)
		now, err := clock.Wait(before.Add(ms))
		suspended := clock.Suspended()
		if suspended == 0 && err == nil {
			now, err = clock.Wait(now.Add(time.Hour)) // or the test takes an hour
			suspended = clock.Suspended()
		}
		if err != nil || suspended < time.Hour || now.Sub(before) < suspended {
			t.Fatalf("it took %v, and the clock went on by %v: %v", suspended, now.Sub(before), err)
		}
	}
}

func TestASuspendTooShortToBeReportedCostsOneWakeUpAndNotThousands(t *testing.T) {
	clock := scheduler.NewSystemClock()
	loop := scheduler.New(scheduler.Options{Clock: clock})
	loop.Run(func(task *scheduler.Task) error {
		task.Sleep(ms)
		scheduler.PretendSuspend(clock, 90*ms)
		before := loop.Snapshot().Wakeups
		for range 3 {
			task.Sleep(5 * ms)
		}
		if n := loop.Snapshot().Wakeups - before; n > 12 {
			t.Errorf("three sleeps took %d wake-ups", n)
		}
		return nil
	})
}

func kernelTime(t *testing.T) scheduler.Instant {
	t.Helper()
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		t.Fatal(err)
	}
	return scheduler.Instant(now.Nano())
}
