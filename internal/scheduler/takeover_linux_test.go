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
	scheduler.Clock
	TakeOver() (scheduler.Instant, bool)
	GiveBack(until scheduler.Instant)
}

// sharedLoop is a loop with such a clock, and a flag for its task.
type sharedLoop struct {
	*scheduler.Loop
	clock takenOver
	flag  *scheduler.Flag
}

func newSharedLoop(onBlocked func(scheduler.Blocked)) sharedLoop {
	clock := scheduler.NewSystemClock().(takenOver)
	loop := scheduler.New(scheduler.Options{Clock: clock, BlockedAfter: 5 * ms, OnBlocked: onBlocked})
	return sharedLoop{loop, clock, scheduler.NewFlag(loop)}
}

// setWhileItWaits sets the flag by SetAndRun once the loop waits. Nothing else may end
// that wait.
func (l sharedLoop) setWhileItWaits() {
	for _, waits := l.clock.TakeOver(); !waits; _, waits = l.clock.TakeOver() {
		runtime.Gosched()
	}
	l.clock.GiveBack(scheduler.Never)
	l.SetAndRun(l.flag)
}

func TestAGoroutineThatSetsAFlagRunsWhatIsDue(t *testing.T) {
	loop := newSharedLoop(nil)
	var woken atomic.Bool
	go func() {
		loop.setWhileItWaits()
		if !woken.Load() {
			t.Error("SetAndRun has returned before the task was woken")
		}
	}()
	err := loop.Run(func(task *scheduler.Task) error {
		loop.flag.Wait(task)
		woken.Store(true)
		return task.Sleep(20 * ms) // on the loop's goroutine, which is to wait for it
	})
	if err != nil {
		t.Error(err)
	}
}

func TestAGoroutineThatRunsWhatIsDueIsReleasedSoon(t *testing.T) {
	loop := newSharedLoop(nil)
	var released atomic.Bool
	go func() {
		loop.setWhileItWaits()
		released.Store(true)
	}()
	loop.Run(func(task *scheduler.Task) error {
		loop.flag.Wait(task)
		for !released.Load() {
			task.Yield()
		}
		return nil
	})
}

func TestABlockingStepOnAnotherGoroutineIsReportedWithItsStack(t *testing.T) {
	var reported atomic.Bool
	var blocked scheduler.Blocked
	loop := newSharedLoop(func(b scheduler.Blocked) {
		if !reported.Load() {
			blocked = b
			reported.Store(true)
		}
	})
	go loop.setWhileItWaits()
	loop.Run(func(task *scheduler.Task) error {
		loop.flag.Wait(task)
		spinUntil(&reported, nil, 0)
		return nil
	})
	if blocked.Name != "main" || !strings.Contains(string(blocked.Stack), "spinUntil") {
		t.Errorf("reported %s with\n%s", blocked.Name, blocked.Stack)
	}
}

func TestAGoexitOnAnotherGoroutineEndsTheLoopsGoroutine(t *testing.T) {
	loop := newSharedLoop(nil)
	var other, run sync.WaitGroup
	survived, returned := false, false
	other.Go(func() {
		loop.setWhileItWaits()
		survived = true
	})
	run.Go(func() {
		loop.Run(func(task *scheduler.Task) error {
			loop.flag.Wait(task)
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
	loop := newSharedLoop(nil)
	var run sync.WaitGroup
	run.Go(func() {
		loop.Run(func(task *scheduler.Task) error {
			loop.flag.Wait(task)
			loop.Post(runtime.Goexit)
			return task.Sleep(time.Hour)
		})
	})
	go loop.setWhileItWaits()
	run.Wait()
}

func TestNoTaskIsBlamedWhileTheLoopsGoroutineGetsNoProcessor(t *testing.T) {
	var busy atomic.Bool
	loop := newSharedLoop(func(b scheduler.Blocked) {
		if !busy.Load() {
			t.Errorf("%s was blamed", b.Name)
		}
	})
	busy.Store(true) // the step below may be interrupted
	go func() {
		loop.setWhileItWaits()
		if _, ok := loop.clock.TakeOver(); ok { // before Run's goroutine, which now waits for the turn
			busy.Store(false)
			for end := loop.clock.Now().Add(50 * ms); loop.clock.Now() < end; {
				runtime.Gosched()
			}
			busy.Store(true)
			loop.clock.GiveBack(0)
		}
	}()
	loop.Run(func(task *scheduler.Task) error {
		loop.flag.Wait(task)
		for end := loop.clock.Now().Add(2 * ms); loop.clock.Now() < end; { // longer than another goroutine may run it
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
