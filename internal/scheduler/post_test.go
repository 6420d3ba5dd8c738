package scheduler_test

import (
	"sync"
	"testing"
	"time"

	"ptvd/internal/scheduler"
)

func TestPostsOfOneCallerKeepTheirOrder(t *testing.T) {
	loop := scheduler.New(scheduler.Options{Clock: scheduler.NewTimerClock()})
	const callers, each = 4, 1000
	var next [callers]int
	left := callers * each
	var all scheduler.Event
	loop.Run(func(task *scheduler.Task) error {
		for c := range callers {
			go func() {
				for i := range each {
					loop.Post(func() {
						if next[c] != i {
							t.Errorf("caller %d: got post %d, want %d", c, i, next[c])
						}
						next[c]++
						if left--; left == 0 {
							all.Set()
						}
					})
				}
			}()
		}
		return all.Wait(task)
	})
}

func TestAPostThatPostsItselfDoesNotStarveTasks(t *testing.T) {
	clock := &handClock{}
	loop := scheduler.New(scheduler.Options{Clock: clock})
	loop.Run(func(t *scheduler.Task) error {
		var again func()
		again = func() { clock.now++; loop.Post(again) }
		loop.Post(again)
		return t.SleepUntil(100)
	})
	if clock.now > 110 {
		t.Errorf("the sleeper that was due at 100 ran at %d", clock.now)
	}
}

func TestAPanicInAPostIsReportedAndTheLoopContinues(t *testing.T) {
	j := &journal{t: t}
	loop := scheduler.New(scheduler.Options{
		Clock:   scheduler.NewVirtualClock(0),
		OnError: func(task *scheduler.Task, err error) { j.note("%s: %v", task.Name(), err) },
	})
	err := loop.Run(func(t *scheduler.Task) error {
		loop.Post(func() { panic("no wire") })
		loop.Post(func() { j.note("the next") })
		return t.Sleep(ms)
	})
	j.want("post: panic: no wire", "the next")
	if err != nil {
		t.Error(err)
	}
}

func TestAPostAfterTheEndIsDropped(t *testing.T) {
	loop := scheduler.New(scheduler.Options{})
	loop.Run(func(*scheduler.Task) error { return nil })
	loop.Post(func() { t.Error("it ran") })
}

func TestNoSetOfAFlagIsLost(t *testing.T) {
	loop := scheduler.New(scheduler.Options{})
	var work sync.Mutex
	todo, done := 0, 0
	const total = 20_000
	loop.Run(func(task *scheduler.Task) error {
		flag := scheduler.NewFlag(loop)
		go func() {
			for range total {
				work.Lock()
				todo++
				work.Unlock()
				flag.Set()
			}
		}()
		return task.Timeout(time.Minute, func() error {
			for done < total {
				if err := flag.Wait(task); err != nil {
					t.Errorf("%v after %d of %d", err, done, total)
					return err
				}
				work.Lock()
				done += todo
				todo = 0
				work.Unlock()
			}
			return nil
		})
	})
}
