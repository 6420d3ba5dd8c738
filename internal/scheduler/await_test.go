package scheduler_test

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ptvd/internal/scheduler"
)

// inBubble runs main on Go's timers in a bubble of fake time.
func inBubble(t *testing.T, main scheduler.Func) {
	synctest.Test(t, func(t *testing.T) {
		loop := scheduler.New(scheduler.Options{
			Clock:   scheduler.NewTimerClock(),
			OnError: func(task *scheduler.Task, err error) { t.Errorf("task %s: %v", task.Name(), err) },
		})
		if err := loop.Run(main); err != nil {
			t.Error(err)
		}
	})
}

func TestAwaitReturnsTheResultWhileTheLoopContinues(t *testing.T) {
	inBubble(t, func(task *scheduler.Task) error {
		ticks := 0
		task.Go("ticker", func(t *scheduler.Task) error {
			for range t.Every(10 * ms) {
				ticks++
			}
			return nil
		})
		got, err := scheduler.Await(task, func(context.Context) (string, error) {
			time.Sleep(95 * ms)
			return "departures", errWork
		})
		if got != "departures" || err != errWork || ticks != 10 {
			t.Errorf("got %q, %v after %d ticks", got, err, ticks)
		}
		return nil
	})
}

func TestCancellingAnAwaitCancelsTheContextAndDoesNotWaitForTheWork(t *testing.T) {
	inBubble(t, func(task *scheduler.Task) error {
		var noticed atomic.Bool
		err := task.Timeout(10*ms, func() error {
			_, err := scheduler.Await(task, func(ctx context.Context) (int, error) {
				<-ctx.Done()
				time.Sleep(time.Minute) // unwinding takes its time
				noticed.Store(true)
				return 0, ctx.Err()
			})
			return err
		})
		if err != scheduler.ErrTimeout || at(task) != 10 || noticed.Load() {
			t.Errorf("got %v at %d ms", err, at(task))
		}
		if n := task.Loop().Snapshot().Workers; n != 1 {
			t.Errorf("%d workers are counted while one unwinds", n)
		}
		task.Sleep(2 * time.Minute)
		if n := task.Loop().Snapshot().Workers; n != 0 || !noticed.Load() {
			t.Errorf("%d workers are counted at the end", n)
		}
		return nil
	})
}

type closer chan struct{}

func (c closer) Close() error { close(c); return nil }

func TestAnAbandonedResultIsClosed(t *testing.T) {
	for name, scene := range map[string]func(main *scheduler.Task, open func(t *scheduler.Task) error){
		"after a cancel": func(main *scheduler.Task, open func(*scheduler.Task) error) {
			child := main.Go("child", open)
			main.Sleep(10 * ms)
			child.Cancel()
			main.Sleep(time.Second)
		},
		"with a cancel in the tick of its arrival": func(main *scheduler.Task, open func(*scheduler.Task) error) {
			child := main.Go("child", open)
			for main.Sleep(ms); main.Loop().Snapshot().Workers > 0; main.Yield() {
				time.Sleep(ms) // block the loop until the result has been posted
			}
			child.Cancel()
			main.Sleep(time.Second)
		},
		"after the loop's end": func(main *scheduler.Task, open func(*scheduler.Task) error) {
			main.Go("child", func(t *scheduler.Task) error { return open(t) })
			main.Sleep(10 * ms)
		},
	} {
		t.Run(name, func(t *testing.T) {
			closed := make(closer)
			synctest.Test(t, func(t *testing.T) {
				closed = make(closer)
				scheduler.New(scheduler.Options{Clock: scheduler.NewTimerClock()}).Run(func(t *scheduler.Task) error {
					scene(t, func(t *scheduler.Task) error {
						_, err := scheduler.Await(t, func(context.Context) (closer, error) {
							time.Sleep(50 * ms)
							return closed, nil
						})
						return err
					})
					return nil
				})
				time.Sleep(time.Hour)
				select {
				case <-closed:
				default:
					t.Error("it is still open")
				}
			})
		})
	}
}

func TestAwaitedWorkThatPanicsOrCallsGoexitIsAnError(t *testing.T) {
	virtual(t, func(task *scheduler.Task) error {
		_, err := scheduler.Await(task, func(context.Context) (int, error) { return indexBeyondTheEnd(nil), nil })
		if _, ok := errors.AsType[*scheduler.PanicError](err); !ok {
			t.Errorf("of a panic became %v", err)
		}
		_, err = scheduler.Await(task, func(context.Context) (int, error) { runtime.Goexit(); return 0, nil })
		if err == nil {
			t.Error("of a Goexit became nothing")
		}
		return nil
	})
}

func TestAwaitedWorkTakesNoVirtualTime(t *testing.T) {
	virtual(t, func(task *scheduler.Task) error {
		task.Sleep(ms)
		got, err := scheduler.Await(task, func(context.Context) (int, error) { time.Sleep(ms); return 7, nil })
		if got != 7 || err != nil || task.Now() != scheduler.Instant(ms) {
			t.Errorf("got %d, %v at %d ns", got, err, task.Now())
		}
		return nil
	})
}
