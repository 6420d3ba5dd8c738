package scheduler_test

import (
	"sync"
	"testing"
	"testing/synctest"
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

func TestManyPostsDoNotDelayAReadyTask(t *testing.T) {
	virtual(t, func(task *scheduler.Task) error {
		ran := 0
		for range 1000 {
			task.Loop().Post(func() { ran++ })
		}
		for before := 0; ran < 1000; before = ran {
			task.Yield()
			if ran-before > 64 {
				t.Fatalf("%d posts ran between two steps", ran-before)
			}
		}
		return nil
	})
}

func TestSlowPostsDoNotDelayASleeperThatIsDue(t *testing.T) {
	clock := &handClock{}
	loop := scheduler.New(scheduler.Options{Clock: clock})
	loop.Run(func(task *scheduler.Task) error {
		for range 1000 {
			loop.Post(func() { clock.now++ })
		}
		task.SleepUntil(100)
		if clock.now > 110 {
			t.Errorf("the sleeper that was due at 100 ran at %d", clock.now)
		}
		return nil
	})
}

func TestABacklogOfPostsIsReportedOnce(t *testing.T) {
	j := &journal{t: t}
	loop := scheduler.New(scheduler.Options{
		Clock:   scheduler.NewVirtualClock(0),
		OnError: func(task *scheduler.Task, err error) { j.note("%s: %v", task.Name(), err) },
	})
	ran := 0
	loop.Run(func(t *scheduler.Task) error {
		for range 15_000 {
			loop.Post(func() { ran++ })
		}
		return t.Sleep(ms)
	})
	j.want("post: 14936 posted functions are waiting: goroutines call Loop.Post faster than the loop can run them")
	if ran != 15_000 {
		t.Errorf("%d posts ran", ran)
	}
}

func TestAGoroutineThatPostsFasterThanTheLoopRunsIsSlowedDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		loop := scheduler.New(scheduler.Options{Clock: scheduler.NewTimerClock()})
		loop.Run(func(task *scheduler.Task) error {
			posted := make(chan time.Duration)
			go func() {
				start := time.Now()
				for range 1124 {
					loop.Post(func() {})
				}
				posted <- time.Since(start)
			}()
			if took := <-posted; took != time.Second { // the loop is blocked meanwhile
				t.Errorf("100 posts too many took %v", took)
			}
			start := task.Now()
			for range 100 {
				loop.Post(func() {})
			}
			if took := task.Now().Sub(start); took != 0 {
				t.Errorf("the loop's own posts were slowed down by %v", took)
			}
			return nil
		})
	})
}
