package scheduler_test

import (
	"runtime"
	"testing"
	"time"

	"ptvd/internal/scheduler"
)

func TestRemainingTasksAreCancelledAndMayCleanUp(t *testing.T) {
	j := &journal{t: t}
	clock := scheduler.NewVirtualClock(0)
	scheduler.New(scheduler.Options{Clock: clock}).Run(func(t *scheduler.Task) error {
		t.Go("left", func(t *scheduler.Task) error {
			err := t.Sleep(time.Hour)
			t.Sleep(300 * ms)
			j.note("left: %v, cleaned up at %d", err, at(t))
			return nil
		})
		t.Sleep(ms)
		return nil
	})
	j.want("left: cancelled, cleaned up at 301")
	if clock.Now() != scheduler.Instant(301*ms) {
		t.Errorf("the loop ended at %v ns, though no task was left", clock.Now())
	}
}

func TestATaskThatIgnoresItsCancelIsUnwoundAfterTheGracePeriod(t *testing.T) {
	j := &journal{t: t}
	clock := scheduler.NewVirtualClock(0)
	scheduler.New(scheduler.Options{Clock: clock}).Run(func(t *scheduler.Task) error {
		t.Go("ignores its cancel", func(t *scheduler.Task) error {
			defer j.note("unwound")
			defer func() {
				for {
					t.Sleep(ms) // even here
				}
			}()
			defer func() {
				for {
					t.Yield()
				}
			}()
			for {
				func() {
					defer func() { recover() }()
					t.Sleep(time.Hour)
				}()
			}
		})
		t.Sleep(ms)
		return nil
	})
	j.want("unwound")
	if clock.Now() != scheduler.Instant(1001*ms) {
		t.Errorf("it took until %d", clock.Now())
	}
}

func TestUnwindingReleasesLocksAndGroups(t *testing.T) {
	j := &journal{t: t}
	scheduler.New(scheduler.Options{Clock: scheduler.NewVirtualClock(0)}).Run(func(t *scheduler.Task) error {
		var l scheduler.Lock
		for _, name := range []string{"a", "b", "c"} {
			t.Go(name, func(t *scheduler.Task) error {
				return t.Group(func(g *scheduler.Group) error {
					defer j.note("%s unwound", name)
					for l.Lock(t) != nil {
					}
					defer l.Unlock(t)
					for {
						t.Sleep(time.Hour)
					}
				})
			})
		}
		t.Sleep(ms)
		return nil
	})
	j.want("a unwound", "b unwound", "c unwound")
}

func TestUnwindingRemovesTasksFromWaitLists(t *testing.T) {
	j := &journal{t: t}
	scheduler.New(scheduler.Options{Clock: scheduler.NewVirtualClock(0)}).Run(func(t *scheduler.Task) error {
		var e scheduler.Event
		t.Go("waits", func(t *scheduler.Task) error {
			defer j.note("unwound")
			for {
				e.Wait(t)
			}
		})
		t.Go("sets", func(t *scheduler.Task) error {
			defer e.Set() // the waiting task has been unwound
			for {
				t.Sleep(time.Hour)
			}
		})
		return t.Sleep(ms)
	})
	j.want("unwound")
}

// A test's FailNow is a Goexit.
func TestAGoexitInATaskEndsTheLoopsGoroutineAfterUnwindingTheOthers(t *testing.T) {
	j := &journal{t: t}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		scheduler.New(scheduler.Options{Clock: scheduler.NewVirtualClock(0)}).Run(func(t *scheduler.Task) error {
			t.Go("other", func(t *scheduler.Task) error {
				defer j.note("other is unwound")
				return t.Sleep(time.Hour)
			})
			t.Sleep(ms)
			defer j.note("main's defer")
			runtime.Goexit()
			return nil
		})
		j.note("Run returned")
	}()
	<-ended
	j.want("main's defer", "other is unwound")
}
