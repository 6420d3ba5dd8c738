package scheduler_test

import (
	"errors"
	"testing"
	"time"

	"ptvd/internal/scheduler"
)

var errWork = errors.New("the error of the work")

func TestTimeout(t *testing.T) {
	for _, c := range []struct {
		name string
		body scheduler.Func // runs in a task that is cancelled at 50 ms
		want error
		at   int64
	}{
		{"returns what the work returned in time", func(t *scheduler.Task) error {
			return t.Timeout(10*ms, func() error { t.Sleep(5 * ms); return errWork })
		}, errWork, 5},
		{"is an error when the time expires", func(t *scheduler.Task) error {
			return t.Timeout(10*ms, func() error { return t.Sleep(20 * ms) })
		}, scheduler.ErrTimeout, 10},
		{"is an error, too, when the work swallows the interruption", func(t *scheduler.Task) error {
			return t.Timeout(10*ms, func() error { t.Sleep(20 * ms); return nil })
		}, scheduler.ErrTimeout, 10},
		{"keeps an error that the work makes of the interruption", func(t *scheduler.Task) error {
			return t.Timeout(10*ms, func() error { t.Sleep(20 * ms); return errWork })
		}, errWork, 10},
		{"waits for work that ignores it", func(t *scheduler.Task) error {
			return t.Timeout(10*ms, func() error { t.Sleep(20 * ms); return t.Sleep(30 * ms) })
		}, scheduler.ErrTimeout, 40},
		{"of zero expires at the first await", func(t *scheduler.Task) error {
			return t.Timeout(0, func() error { return t.Sleep(20 * ms) })
		}, scheduler.ErrTimeout, 0},
		{"leaves no trace when the work was faster", func(t *scheduler.Task) error {
			t.Timeout(10*ms, func() error { return t.Sleep(ms) })
			return t.Sleep(30 * ms)
		}, nil, 31},
		{"leaves a cancel from elsewhere a cancel", func(t *scheduler.Task) error {
			return t.Timeout(100*ms, func() error { return t.Sleep(time.Hour) })
		}, scheduler.ErrCancelled, 50},
		{"leaves a cancel a cancel that comes while the work cleans up after it", func(t *scheduler.Task) error {
			return t.Timeout(10*ms, func() error { t.Sleep(time.Hour); return t.Sleep(time.Hour) })
		}, scheduler.ErrCancelled, 50},
		{"leaves a cancel a cancel when it expires while the work cleans up", func(t *scheduler.Task) error {
			return t.Timeout(60*ms, func() error { t.Sleep(time.Hour); return t.Sleep(time.Hour) })
		}, scheduler.ErrCancelled, 60},
		{"leaves a cancel a cancel that comes in the same instant", func(t *scheduler.Task) error {
			return t.Timeout(50*ms, func() error { return t.Sleep(time.Hour) })
		}, scheduler.ErrCancelled, 50},
		{"is a time-out again after a cancel that was handled", func(t *scheduler.Task) error {
			t.Sleep(time.Hour)
			return t.Timeout(10*ms, func() error { return t.Sleep(time.Hour) })
		}, scheduler.ErrTimeout, 60},
		{"inside another ends by itself", func(t *scheduler.Task) error {
			return t.Timeout(40*ms, func() error {
				if err := t.Timeout(10*ms, func() error { return t.Sleep(time.Hour) }); err != scheduler.ErrTimeout {
					return errWork
				}
				return t.Sleep(5 * ms)
			})
		}, nil, 15},
		{"around another that is longer ends both", func(t *scheduler.Task) error {
			return t.Timeout(10*ms, func() error {
				if err := t.Timeout(40*ms, func() error { return t.Sleep(time.Hour) }); err != scheduler.ErrCancelled {
					return errWork
				}
				return nil
			})
		}, scheduler.ErrTimeout, 10},
		{"around another that ends in the same instant ends both", func(t *scheduler.Task) error {
			return t.Timeout(10*ms, func() error {
				if err := t.Timeout(10*ms, func() error { return t.Sleep(time.Hour) }); err != scheduler.ErrCancelled {
					return errWork
				}
				return nil
			})
		}, scheduler.ErrTimeout, 10},
		{"around another that ran out just before is not lost", func(t *scheduler.Task) error {
			end := t.Now().Add(20 * ms)
			return t.Timeout(20*ms, func() error {
				// The inner one expires, and while its work cleans up, the outer does.
				inner := t.Timeout(10*ms, func() error { t.Sleep(time.Hour); return t.SleepUntil(end.Add(ms)) })
				if inner != scheduler.ErrCancelled {
					return errWork
				}
				return nil
			})
		}, scheduler.ErrTimeout, 20},
	} {
		t.Run(c.name, func(t *testing.T) {
			virtual(t, func(task *scheduler.Task) error {
				child := task.Go("child", c.body)
				end := int64(-1)
				task.Go("watcher", func(w *scheduler.Task) error {
					w.Join(child)
					end = at(w)
					return nil
				})
				task.Sleep(50 * ms)
				child.Cancel()
				task.Sleep(time.Second)
				if err := child.Err(); err != c.want || end != c.at {
					t.Errorf("got %v at %d ms, want %v at %d", err, end, c.want, c.at)
				}
				return nil
			})
		})
	}
}

func TestOfTwoTimeoutsThatExpireWhileTheLoopIsBlockedTheOuterOneIsNotLost(t *testing.T) {
	clock := &handClock{}
	loop := scheduler.New(scheduler.Options{Clock: clock})
	loop.Run(func(task *scheduler.Task) error {
		var inner error
		worker := task.Go("worker", func(t *scheduler.Task) error {
			return t.Timeout(20, func() error {
				inner = t.Timeout(10, func() error { return t.SleepUntil(scheduler.Never) })
				return inner
			})
		})
		task.Go("blocks", func(*scheduler.Task) error { clock.now = 100; return nil })
		if err := task.Join(worker); err != scheduler.ErrTimeout || inner != scheduler.ErrCancelled {
			t.Errorf("the outer returned %v, the inner %v", err, inner)
		}
		return nil
	})
}
