package scheduler_test

import (
	"errors"
	"testing"
	"time"

	"ptvd/internal/scheduler"
)

func TestCancelIsDeliveredAtTheInnermostAwait(t *testing.T) {
	virtual(t, func(task *scheduler.Task) error {
		var inner error
		child := task.Go("child", func(t *scheduler.Task) error {
			inner = t.Sleep(time.Hour)
			return inner
		})
		task.Sleep(ms)
		if !child.Cancel() {
			t.Error("Cancel of a waiting task said false")
		}
		if err := task.Join(child); err != scheduler.ErrCancelled || inner != scheduler.ErrCancelled {
			t.Errorf("the await said %v, the task %v", inner, err)
		}
		if at(task) != 1 {
			t.Errorf("it took until %d ms", at(task))
		}
		return nil
	})
}

func TestFourCancelsBeforeTheFirstIsDeliveredCountAsOne(t *testing.T) {
	virtual(t, func(task *scheduler.Task) error {
		child := task.Go("child", func(t *scheduler.Task) error {
			if err := t.Sleep(time.Hour); err != scheduler.ErrCancelled {
				return err
			}
			return t.Sleep(ms)
		})
		task.Sleep(ms)
		for range 4 {
			child.Cancel()
		}
		if err := task.Join(child); err != nil {
			t.Errorf("a second await was cancelled, too: %v", err)
		}
		return nil
	})
}

func TestATaskThatIsCancelledBeforeItsFirstRunNeverRuns(t *testing.T) {
	virtual(t, func(task *scheduler.Task) error {
		child := task.Go("child", func(*scheduler.Task) error {
			t.Error("the body ran")
			return nil
		})
		child.Cancel()
		if err := task.Join(child); err != scheduler.ErrCancelled {
			t.Errorf("got %v", err)
		}
		return nil
	})
}

func TestCancelOfAFinishedTaskReturnsFalse(t *testing.T) {
	virtual(t, func(task *scheduler.Task) error {
		child := task.Go("child", func(*scheduler.Task) error { return nil })
		task.Join(child)
		if child.Cancel() {
			t.Error("it said true")
		}
		return nil
	})
}

func TestATaskCannotCancelItself(t *testing.T) {
	virtual(t, func(task *scheduler.Task) error {
		child := task.Go("child", func(t *scheduler.Task) error { t.Cancel(); return nil })
		var p *scheduler.PanicError
		if err := task.Join(child); !errors.As(err, &p) {
			t.Errorf("got %v", err)
		}
		return nil
	})
}

func TestACancelInTheSameTickAsTheResultIsStillDelivered(t *testing.T) {
	virtual(t, func(task *scheduler.Task) error {
		var e scheduler.Event
		waiter := task.Go("waiter", e.Wait)
		task.Sleep(ms)
		e.Set()
		waiter.Cancel()
		if err := task.Join(waiter); err != scheduler.ErrCancelled {
			t.Errorf("set, then cancelled, the wait returned %v", err)
		}
		return nil
	})
}

func TestACancelledTaskQueuesBehindTheReadyOnes(t *testing.T) {
	j := &journal{t: t}
	virtual(t, func(t *scheduler.Task) error {
		victim := t.Go("victim", func(t *scheduler.Task) error {
			t.Sleep(time.Hour)
			j.note("victim")
			return nil
		})
		t.Sleep(ms)
		t.Go("ready", func(*scheduler.Task) error { j.note("ready"); return nil })
		victim.Cancel()
		return t.Sleep(ms)
	})
	j.want("ready", "victim")
}

func TestACancelledJoinDoesNotCancelTheOtherTask(t *testing.T) {
	virtual(t, func(task *scheduler.Task) error {
		long := task.Go("long", func(t *scheduler.Task) error { return t.Sleep(10 * ms) })
		waiter := task.Go("waiter", func(t *scheduler.Task) error { return t.Join(long) })
		task.Sleep(ms)
		waiter.Cancel()
		if err := task.Join(waiter); err != scheduler.ErrCancelled {
			t.Errorf("the waiter got %v", err)
		}
		return task.Join(long)
	})
}
