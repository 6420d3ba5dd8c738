package scheduler_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"ptvd/internal/scheduler"
)

func TestAGroupWaitsForItsChildren(t *testing.T) {
	virtual(t, func(task *scheduler.Task) error {
		err := task.Group(func(g *scheduler.Group) error {
			g.Go("a", func(t *scheduler.Task) error {
				g.Go("grandchild", func(t *scheduler.Task) error { return t.Sleep(20 * ms) })
				return nil
			})
			g.Go("b", func(t *scheduler.Task) error { return t.Sleep(10 * ms) })
			return nil
		})
		if err != nil || at(task) != 20 {
			t.Errorf("got %v at %d ms", err, at(task))
		}
		return nil
	})
}

func TestTheFirstChildThatFailsCancelsTheRestAndInterruptsTheBody(t *testing.T) {
	j := &journal{t: t}
	virtual(t, func(task *scheduler.Task) error {
		err := task.Group(func(g *scheduler.Group) error {
			g.Go("sibling", func(t *scheduler.Task) error {
				j.note("sibling %v", t.Sleep(time.Hour))
				return t.Sleep(5 * ms) // cleans up, and the group waits for it
			})
			g.Go("failing", func(t *scheduler.Task) error { t.Sleep(10 * ms); return errWork })
			err := task.Sleep(time.Hour)
			j.note("body %v", err)
			return err
		})
		j.note("group %v at %d", err, at(task))
		return nil
	})
	j.want("sibling cancelled", "body cancelled", "group the error of the work at 15")
}

func TestAChildThatFailsAfterTheFirstIsReported(t *testing.T) {
	j := &journal{t: t}
	loop := scheduler.New(scheduler.Options{
		Clock:   scheduler.NewVirtualClock(0),
		OnError: func(task *scheduler.Task, err error) { j.note("%s: %v", task.Name(), err) },
	})
	err := loop.Run(func(t *scheduler.Task) error {
		return t.Group(func(g *scheduler.Group) error {
			g.Go("first", func(t *scheduler.Task) error { t.Sleep(ms); return errWork })
			g.Go("second", func(t *scheduler.Task) error { t.Sleep(time.Hour); return errors.New("failed in cleanup") })
			return nil
		})
	})
	j.want("second: failed in cleanup")
	if err != errWork {
		t.Errorf("the group returned %v", err)
	}
}

func TestACancelOfTheParentCancelsTheChildrenAndWaitsForThem(t *testing.T) {
	j := &journal{t: t}
	virtual(t, func(t *scheduler.Task) error {
		parent := t.Go("parent", func(t *scheduler.Task) error {
			return t.Group(func(g *scheduler.Group) error {
				g.Go("child", func(t *scheduler.Task) error {
					err := t.Sleep(time.Hour)
					t.Sleep(5 * ms)
					j.note("child %v at %d", err, at(t))
					return err
				})
				return nil
			})
		})
		t.Sleep(10 * ms)
		parent.Cancel()
		j.note("parent %v at %d", end(t, parent), at(t))
		return nil
	})
	j.want("child cancelled at 15", "parent cancelled at 15")
}

func TestAFailureOutranksACancel(t *testing.T) {
	virtual(t, func(task *scheduler.Task) error {
		parent := task.Go("parent", func(t *scheduler.Task) error {
			return t.Group(func(g *scheduler.Group) error {
				g.Go("child", func(t *scheduler.Task) error { t.Sleep(time.Hour); return errWork })
				return nil
			})
		})
		task.Sleep(ms)
		parent.Cancel()
		if err := task.Join(parent); err != errWork {
			t.Errorf("the child's error was lost: %v", err)
		}
		return nil
	})
}

func TestAPanicOfTheBodyCancelsTheChildren(t *testing.T) {
	j := &journal{t: t}
	virtual(t, func(task *scheduler.Task) error {
		parent := task.Go("parent", func(t *scheduler.Task) error {
			return t.Group(func(g *scheduler.Group) error {
				g.Go("child", func(t *scheduler.Task) error {
					j.note("child %v", t.Sleep(time.Hour))
					return nil
				})
				t.Sleep(ms)
				indexBeyondTheEnd(nil)
				return nil
			})
		})
		var p *scheduler.PanicError
		j.note("parent panicked: %v", errors.As(task.Join(parent), &p))
		return nil
	})
	j.want("child cancelled", "parent panicked: true")
}

func TestAGroupThatHasEndedCancelsNewChildren(t *testing.T) {
	virtual(t, func(task *scheduler.Task) error {
		var ended *scheduler.Group
		task.Group(func(g *scheduler.Group) error { ended = g; return nil })
		late := ended.Go("late", func(*scheduler.Task) error {
			t.Error("the body ran")
			return nil
		})
		if err := end(task, late); err != scheduler.ErrCancelled {
			t.Errorf("got %v", err)
		}
		return nil
	})
}

func TestATimeoutAroundAGroupEndsItsChildren(t *testing.T) {
	virtual(t, func(task *scheduler.Task) error {
		var child error
		err := task.Timeout(10*ms, func() error {
			return task.Group(func(g *scheduler.Group) error {
				g.Go("child", func(t *scheduler.Task) error { child = t.Sleep(time.Hour); return child })
				return nil
			})
		})
		if err != scheduler.ErrTimeout || child != scheduler.ErrCancelled {
			t.Errorf("the time-out returned %v, the child %v", err, child)
		}
		return nil
	})
}

func TestChildrenInheritTheOwner(t *testing.T) {
	virtual(t, func(task *scheduler.Task) error {
		parent := task.Go("parent", func(t *scheduler.Task) error {
			return t.Group(func(g *scheduler.Group) error {
				g.Go("child", func(child *scheduler.Task) error {
					if child.Owner() != "lamp" {
						return errors.New("the child is owned by " + child.Owner())
					}
					return nil
				})
				return nil
			})
		}, scheduler.Owner("lamp"))
		return task.Join(parent)
	})
}

func sleepAndReturn(d time.Duration, n int, err error) func(*scheduler.Task) (int, error) {
	return func(t *scheduler.Task) (int, error) {
		if cancelled := t.Sleep(d); cancelled != nil {
			return -1, cancelled
		}
		return n, err
	}
}

func TestGatherReturnsResultsInTheOrderOfItsArguments(t *testing.T) {
	virtual(t, func(task *scheduler.Task) error {
		got, err := scheduler.Gather(task,
			sleepAndReturn(30*ms, 1, nil), sleepAndReturn(10*ms, 2, nil), sleepAndReturn(20*ms, 3, nil))
		if err != nil || !slices.Equal(got, []int{1, 2, 3}) || at(task) != 30 {
			t.Errorf("got %v, %v at %d ms", got, err, at(task))
		}
		return nil
	})
}

func TestGatherReturnsTheFirstErrorAndTheOthersContinue(t *testing.T) {
	virtual(t, func(task *scheduler.Task) error {
		got, err := scheduler.Gather(task,
			sleepAndReturn(30*ms, 1, nil), sleepAndReturn(20*ms, 0, errors.New("later")), sleepAndReturn(10*ms, 0, errWork))
		if err != errWork || !slices.Equal(got, []int{1, 0, 0}) {
			t.Errorf("got %v, %v", got, err)
		}
		return nil
	})
}

func TestCancellingAGatherCancelsItsChildren(t *testing.T) {
	virtual(t, func(task *scheduler.Task) error {
		var got []int
		parent := task.Go("parent", func(t *scheduler.Task) (err error) {
			got, err = scheduler.Gather(t, sleepAndReturn(time.Hour, 1, nil), sleepAndReturn(time.Hour, 2, nil))
			return err
		})
		task.Sleep(ms)
		parent.Cancel()
		if err := end(task, parent); err != scheduler.ErrCancelled || !slices.Equal(got, []int{-1, -1}) {
			t.Errorf("got %v, %v", got, err)
		}
		return nil
	})
}
