package scheduler_test

import (
	"errors"
	"runtime"
	"testing"
	"time"

	"ptvd/internal/scheduler"
)

// In the steady state nothing allocates: each of these is a turn of one task with
// another that answers it.
func TestTheSteadyStateDoesNotAllocate(t *testing.T) {
	for name, prepare := range map[string]func(t *scheduler.Task) (turn func()){
		"sleep": func(t *scheduler.Task) func() {
			return func() { t.Sleep(ms) }
		},
		"yield among others": func(t *scheduler.Task) func() {
			for range 20 {
				t.Go("other", func(t *scheduler.Task) error {
					for t.Yield() == nil {
					}
					return nil
				})
			}
			return func() { t.Yield() }
		},
		"yield alone": func(t *scheduler.Task) func() {
			return func() { t.Yield() }
		},
		"tick": func(t *scheduler.Task) func() {
			ticks := scheduler.NewQueue[int64](1)
			t.Go("ticker", func(t *scheduler.Task) error {
				for tick := range t.Every(ms) {
					ticks.Put(t, tick.N)
				}
				return nil
			})
			return func() { ticks.Get(t) }
		},
		"event": func(t *scheduler.Task) func() {
			var ping, pong scheduler.Event
			t.Go("answer", func(t *scheduler.Task) error {
				for ping.Wait(t) == nil {
					ping.Clear()
					pong.Set()
				}
				return nil
			})
			return func() { ping.Set(); pong.Wait(t); pong.Clear() }
		},
		"lock": func(t *scheduler.Task) func() {
			var l scheduler.Lock
			t.Go("other", func(t *scheduler.Task) error {
				for l.Lock(t) == nil {
					err := t.Yield()
					l.Unlock(t)
					if err != nil {
						return err
					}
				}
				return nil
			})
			return func() { l.Lock(t); t.Yield(); l.Unlock(t) }
		},
		"semaphore": func(t *scheduler.Task) func() {
			there, back := scheduler.NewSemaphore(0), scheduler.NewSemaphore(0)
			t.Go("answer", func(t *scheduler.Task) error {
				for there.Acquire(t) == nil {
					back.Release()
				}
				return nil
			})
			return func() { there.Release(); back.Acquire(t) }
		},
		"queue": func(t *scheduler.Task) func() {
			there, back := scheduler.NewQueue[int](1), scheduler.NewQueue[int](1)
			t.Go("answer", func(t *scheduler.Task) error {
				for {
					v, err := there.Get(t)
					if err != nil {
						return err
					}
					back.Put(t, v)
				}
			})
			return func() { there.Put(t, 1); back.Get(t) }
		},
		"barrier": func(t *scheduler.Task) func() {
			b := scheduler.NewBarrier(2)
			t.Go("other", func(t *scheduler.Task) error {
				for b.Wait(t) == nil {
				}
				return nil
			})
			return func() { b.Wait(t) }
		},
		"flag": func(t *scheduler.Task) func() {
			f := scheduler.NewFlag(t.Loop())
			t.Go("setter", func(t *scheduler.Task) error {
				for t.Sleep(ms) == nil {
					f.Set()
				}
				return nil
			})
			return func() { f.Wait(t) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			virtual(t, func(task *scheduler.Task) error {
				turn := prepare(task)
				for range 100 {
					turn()
				}
				if n := testing.AllocsPerRun(1000, turn); n != 0 {
					t.Errorf("%v allocations a turn", n)
				}
				return nil
			})
		})
	}
}

func TestATaskTakesOneAllocation(t *testing.T) {
	virtual(t, func(task *scheduler.Task) error {
		body := func(*scheduler.Task) error { return nil }
		if n := testing.AllocsPerRun(1000, func() { task.Join(task.Go("child", body)) }); n != 1 {
			t.Errorf("%v allocations", n)
		}
		return nil
	})
}

func TestTasksOfABurstLeaveFewGoroutinesBehind(t *testing.T) {
	virtual(t, func(task *scheduler.Task) error {
		before := runtime.NumGoroutine()
		for range 1000 {
			task.Go("child", func(t *scheduler.Task) error { return t.Sleep(ms) })
		}
		task.Sleep(time.Second)
		if n := runtime.NumGoroutine() - before; n > 40 {
			t.Errorf("%d idle goroutines", n)
		}
		return nil
	})
}

func TestAwaitingWorkWithoutAResultDoesNotAllocateInTheSteadyState(t *testing.T) {
	var turns scheduler.Turns
	work := func() error { return nil }
	for name, turn := range map[string]func(t *scheduler.Task) error{
		"do":       func(t *scheduler.Task) error { return scheduler.Do(t, work) },
		"in turns": func(t *scheduler.Task) error { return turns.Do(t, work) },
	} {
		t.Run(name, func(t *testing.T) {
			err := scheduler.New(scheduler.Options{}).Run(func(task *scheduler.Task) error {
				var err error
				if n := testing.AllocsPerRun(1000, func() { err = errors.Join(err, turn(task)) }); n != 0 {
					t.Errorf("%v allocations", n)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestABurstOfAwaitedWorkLeavesFewGoroutinesBehind(t *testing.T) {
	inBubble(t, func(task *scheduler.Task) error {
		before := runtime.NumGoroutine()
		for range 100 {
			task.Go("child", func(t *scheduler.Task) error {
				return scheduler.Do(t, func() error { time.Sleep(ms); return nil })
			})
		}
		task.Sleep(time.Second)
		if n := runtime.NumGoroutine() - before; n > 40 {
			t.Errorf("%d goroutines wait for tasks and work", n)
		}
		return nil
	})
}
