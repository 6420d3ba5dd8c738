package scheduler_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ptvd/internal/scheduler"
)

// foreignCalls prepare what is wrong in a goroutine: call is to be made there, and
// done tells on the loop whether it had its effect.
var foreignCalls = map[string]func(t *scheduler.Task) (call func(), done func() bool){
	"Event.Set": func(t *scheduler.Task) (func(), func() bool) {
		var e scheduler.Event
		waiter := t.Go("waiter", e.Wait)
		return e.Set, waiter.Done
	},
	"Semaphore.Release": func(t *scheduler.Task) (func(), func() bool) {
		s := scheduler.NewSemaphore(0)
		waiter := t.Go("waiter", s.Acquire)
		return s.Release, waiter.Done
	},
	"Queue.TryPut": func(t *scheduler.Task) (func(), func() bool) {
		q := scheduler.NewQueue[int](1)
		waiter := t.Go("waiter", func(t *scheduler.Task) error { _, err := q.Get(t); return err })
		return func() { q.TryPut(1) }, waiter.Done
	},
	"Task.Cancel": func(t *scheduler.Task) (func(), func() bool) {
		sleeper := t.Go("waiter", sleepAnHour)
		return func() { sleeper.Cancel() }, sleeper.Done
	},
	"Group.Cancel": func(t *scheduler.Task) (func(), func() bool) {
		var group *scheduler.Group
		parent := t.Go("waiter", func(t *scheduler.Task) error {
			return t.Group(func(g *scheduler.Group) error { group = g; g.Go("child", sleepAnHour); return nil })
		})
		return func() { group.Cancel() }, parent.Done
	},
	"Group.Go": func(t *scheduler.Task) (func(), func() bool) {
		var group *scheduler.Group
		ran := false
		t.Go("waiter", func(t *scheduler.Task) error {
			return t.Group(func(g *scheduler.Group) error { group = g; g.Go("child", sleepAnHour); return nil })
		})
		return func() { group.Go("new", func(*scheduler.Task) error { ran = true; return nil }) }, func() bool { return ran }
	},
	"Task.Go": func(t *scheduler.Task) (func(), func() bool) {
		ran := false
		return func() { t.Go("new", func(*scheduler.Task) error { ran = true; return nil }) }, func() bool { return ran }
	},
	"an await of task main": func(t *scheduler.Task) (func(), func() bool) {
		var err error
		return func() { err = t.Sleep(time.Hour) }, func() bool { return err != nil }
	},
}

func TestACallFromAnotherGoroutineWhileTheLoopWaitsIsDoneAndReportedOnce(t *testing.T) {
	for call, prepare := range foreignCalls {
		t.Run(call, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var reports []string
				loop := scheduler.New(scheduler.Options{
					Clock: scheduler.NewTimerClock(),
					OnMisuse: func(task *scheduler.Task, err error) {
						reports = append(reports, fmt.Sprintf("%s: %v", task.Owner(), err))
					},
				})
				loop.Run(func(t0 *scheduler.Task) error {
					return t0.Join(t0.Go("main", func(task *scheduler.Task) error {
						for range 2 {
							call, done := prepare(task)
							task.Sleep(ms)
							made := make(chan struct{})
							go func() {
								time.Sleep(ms) // the loop waits then
								call()
								close(made)
							}()
							task.Sleep(time.Second)
							<-made
							if !done() {
								t.Error("the call has no effect")
							}
						}
						return nil
					}, scheduler.Owner("lamp")))
				})
				if len(reports) != 1 || !strings.HasPrefix(reports[0], "lamp: "+call+" was called from a goroutine other than the loop's, at ") ||
					!strings.Contains(reports[0], "goroutine_test.go:") || !strings.Contains(reports[0], "use a Flag") {
					t.Errorf("reported %q", reports)
				}
			})
		})
	}
}

func TestACallFromAnotherGoroutineDuringAStepPanics(t *testing.T) {
	for call, prepare := range foreignCalls {
		t.Run(call, func(t *testing.T) {
			virtual(t, func(task *scheduler.Task) error {
				wrong, _ := prepare(task)
				task.Sleep(ms)
				panicked := make(chan any)
				go func() {
					defer func() { panicked <- recover() }()
					wrong()
				}()
				if p := fmt.Sprint(<-panicked); !strings.Contains(p, "Flag") {
					t.Errorf("the panic is %v", p)
				}
				return nil
			})
		})
	}
}

func TestCallsOnTheLoopAreNoMisuse(t *testing.T) {
	virtual(t, func(task *scheduler.Task) error {
		for call, prepare := range foreignCalls {
			if strings.HasPrefix(call, "an await") {
				continue
			}
			right, done := prepare(task)
			task.Sleep(ms)
			task.Loop().Post(right)
			task.Sleep(ms)
			if !done() {
				t.Errorf("%s has no effect in a post", call)
			}
		}
		return nil
	})
}

func TestAwaitsThatNeverReturnAreBoundedForEachOwner(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var reports []string
		loop := scheduler.New(scheduler.Options{
			Clock:    scheduler.NewTimerClock(),
			OnMisuse: func(task *scheduler.Task, err error) { reports = append(reports, task.Owner()+": "+err.Error()) },
		})
		release := make(chan struct{})
		stuck := func(context.Context) (int, error) { <-release; return 0, nil }
		err := loop.Run(func(main *scheduler.Task) error {
			refused := 0
			main.Join(main.Go("leaks", func(t *scheduler.Task) error {
				for range 1000 {
					err := t.Timeout(ms, func() error { _, err := scheduler.Await(t, stuck); return err })
					if errors.Is(err, scheduler.ErrTooManyAwaits) {
						refused++
					}
				}
				return nil
			}, scheduler.Owner("leaky")))
			if n := main.Loop().Snapshot().Workers; n != 128 || refused != 1000-n {
				t.Errorf("%d run, %d were refused", n, refused)
			}
			ok := func(context.Context) (int, error) { return 0, nil }
			if _, err := scheduler.Await(main, ok); err != nil {
				t.Errorf("another owner got %v", err)
			}
			close(release)
			main.Sleep(ms)
			return main.Join(main.Go("again", func(t *scheduler.Task) error { _, err := scheduler.Await(t, ok); return err }, scheduler.Owner("leaky")))
		})
		if err != nil {
			t.Error(err)
		}
		if want := []string{"leaky: too many awaited functions have not returned: 128"}; !slices.Equal(reports, want) {
			t.Errorf("reported %q", reports)
		}
	})
}
