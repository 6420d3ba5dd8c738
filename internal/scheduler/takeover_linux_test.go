package scheduler_test

import (
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ptvd/internal/scheduler"
)

// takenOver is a clock during whose Wait another goroutine may run the loop.
type takenOver interface {
	TakeOver() (scheduler.Instant, bool)
	GiveBack(until scheduler.Instant)
}

// setWhileItWaits sets a flag by SetAndRun once the loop of a system clock waits. Nothing
// else may end that wait.
func setWhileItWaits(loop *scheduler.Loop, clock scheduler.Clock, flag *scheduler.Flag) {
	shared := clock.(takenOver)
	for _, waits := shared.TakeOver(); !waits; _, waits = shared.TakeOver() {
		runtime.Gosched()
	}
	shared.GiveBack(scheduler.Never)
	loop.SetAndRun(flag)
}

func TestAGoroutineThatSetsAFlagRunsWhatIsDue(t *testing.T) {
	clock := scheduler.NewSystemClock()
	loop := scheduler.New(scheduler.Options{Clock: clock})
	flag := scheduler.NewFlag(loop)
	var woken atomic.Bool
	go func() {
		setWhileItWaits(loop, clock, flag)
		if !woken.Load() {
			t.Error("SetAndRun has returned before the task was woken")
		}
	}()
	err := loop.Run(func(task *scheduler.Task) error {
		flag.Wait(task)
		woken.Store(true)
		return task.Sleep(20 * ms) // on the loop's goroutine, which is to wait for it
	})
	if err != nil {
		t.Error(err)
	}
}

func TestAGoroutineThatRunsWhatIsDueIsReleasedSoon(t *testing.T) {
	clock := scheduler.NewSystemClock()
	loop := scheduler.New(scheduler.Options{Clock: clock})
	flag := scheduler.NewFlag(loop)
	var released atomic.Bool
	go func() {
		setWhileItWaits(loop, clock, flag)
		released.Store(true)
	}()
	loop.Run(func(task *scheduler.Task) error {
		flag.Wait(task)
		for !released.Load() {
			task.Yield()
		}
		return nil
	})
}

func TestABlockingStepOnAnotherGoroutineIsReportedWithItsStack(t *testing.T) {
	clock := scheduler.NewSystemClock()
	var reported atomic.Bool
	var blocked scheduler.Blocked
	loop := scheduler.New(scheduler.Options{
		Clock:        clock,
		BlockedAfter: 5 * ms,
		OnBlocked: func(b scheduler.Blocked) {
			if !reported.Load() {
				blocked = b
				reported.Store(true)
			}
		},
	})
	flag := scheduler.NewFlag(loop)
	go setWhileItWaits(loop, clock, flag)
	loop.Run(func(task *scheduler.Task) error {
		flag.Wait(task)
		spinUntil(&reported, nil, 0)
		return nil
	})
	if blocked.Name != "main" || !strings.Contains(string(blocked.Stack), "spinUntil") {
		t.Errorf("reported %s with\n%s", blocked.Name, blocked.Stack)
	}
}

func TestAGoexitOnAnotherGoroutineEndsTheLoopsGoroutine(t *testing.T) {
	clock := scheduler.NewSystemClock()
	loop := scheduler.New(scheduler.Options{Clock: clock})
	flag := scheduler.NewFlag(loop)
	var other, run sync.WaitGroup
	survived, returned := false, false
	other.Go(func() {
		setWhileItWaits(loop, clock, flag)
		survived = true
	})
	run.Go(func() {
		loop.Run(func(task *scheduler.Task) error {
			flag.Wait(task)
			runtime.Goexit()
			return nil
		})
		returned = true
	})
	other.Wait()
	run.Wait()
	if !survived || returned {
		t.Errorf("the goroutine that set the flag goes on: %v; Run has returned: %v", survived, returned)
	}
}

// Without the end of Run's goroutine the test would hang.
func TestAGoexitOfAPostOnAnotherGoroutineEndsTheLoopsGoroutine(t *testing.T) {
	clock := scheduler.NewSystemClock()
	loop := scheduler.New(scheduler.Options{Clock: clock})
	flag := scheduler.NewFlag(loop)
	var run sync.WaitGroup
	run.Go(func() {
		loop.Run(func(task *scheduler.Task) error {
			flag.Wait(task)
			loop.Post(runtime.Goexit)
			return task.Sleep(time.Hour)
		})
	})
	go setWhileItWaits(loop, clock, flag)
	run.Wait()
}

func TestNoTaskIsBlamedWhileTheLoopsGoroutineGetsNoProcessor(t *testing.T) {
	clock := scheduler.NewSystemClock()
	shared := clock.(takenOver)
	var busy atomic.Bool
	loop := scheduler.New(scheduler.Options{
		Clock:        clock,
		BlockedAfter: 5 * ms,
		OnBlocked: func(b scheduler.Blocked) {
			if !busy.Load() {
				t.Errorf("%s was blamed", b.Name)
			}
		},
	})
	flag := scheduler.NewFlag(loop)
	busy.Store(true) // the step below may be interrupted
	go func() {
		setWhileItWaits(loop, clock, flag)
		if _, ok := shared.TakeOver(); ok { // before Run's goroutine, which now waits for the turn
			busy.Store(false)
			for end := clock.Now().Add(50 * ms); clock.Now() < end; {
				runtime.Gosched()
			}
			busy.Store(true)
			shared.GiveBack(0)
		}
	}()
	loop.Run(func(task *scheduler.Task) error {
		flag.Wait(task)
		for end := clock.Now().Add(2 * ms); clock.Now() < end; { // longer than another goroutine may run it
		}
		task.Yield()
		return nil
	})
}

// A wake-up that is lost makes the test hang.
func TestNoFlagNoResultAndNoSleepIsLostWhileGoroutinesTakeTurns(t *testing.T) {
	const goroutines, each = 3, 2000
	loop := scheduler.New(scheduler.Options{OnBlocked: func(scheduler.Blocked) {}})
	loop.Run(func(task *scheduler.Task) error {
		ticks := task.Go("ticks", func(task *scheduler.Task) error {
			for {
				if err := task.Sleep(ms / 10); err != nil {
					return err
				}
			}
		})
		answered := task.Group(func(g *scheduler.Group) error {
			for n := range goroutines {
				flag, answer := scheduler.NewFlag(loop), make(chan struct{}, 1)
				go func() {
					for i := range each {
						if (i+n)%3 > 0 {
							loop.SetAndRun(flag)
						} else {
							flag.Set()
						}
						<-answer
					}
				}()
				g.Go("answers", func(task *scheduler.Task) error {
					for range each {
						if err := flag.Wait(task); err != nil {
							return err
						}
						answer <- struct{}{}
						if err := scheduler.Do(task, func() error { return nil }); err != nil {
							return err
						}
						if err := task.Sleep(ms / 20); err != nil {
							return err
						}
					}
					return nil
				})
			}
			return nil
		})
		ticks.Cancel()
		return answered
	})
}
