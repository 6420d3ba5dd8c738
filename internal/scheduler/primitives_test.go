package scheduler_test

import (
	"testing"
	"time"

	"ptvd/internal/scheduler"
)

// gate is a primitive as its waiters see it: they wait, and another task wakes them.
type gate struct {
	wait func(*scheduler.Task) error
	wake func(*scheduler.Task)
}

// gates are the primitives that wake one waiter for each call.
func gates() map[string]func(t *scheduler.Task) gate {
	return map[string]func(t *scheduler.Task) gate{
		"lock": func(t *scheduler.Task) gate {
			l := &heldLock{}
			l.Lock.Lock(t)
			l.holder = t
			return gate{l.wait, func(*scheduler.Task) { l.Unlock(l.holder) }}
		},
		"semaphore": func(*scheduler.Task) gate {
			s := scheduler.NewSemaphore(0)
			return gate{s.Acquire, func(*scheduler.Task) { s.Release() }}
		},
		"queue with getters": func(*scheduler.Task) gate {
			q := scheduler.NewQueue[int](4)
			return gate{
				func(t *scheduler.Task) error { _, err := q.Get(t); return err },
				func(t *scheduler.Task) { q.Put(t, 0) },
			}
		},
		"queue with putters": func(t *scheduler.Task) gate {
			q := scheduler.NewQueue[int](4)
			for q.TryPut(0) {
			}
			return gate{
				func(t *scheduler.Task) error { return q.Put(t, 0) },
				func(t *scheduler.Task) { q.Get(t) },
			}
		},
		"flag": func(t *scheduler.Task) gate {
			f := scheduler.NewFlag(t.Loop())
			return gate{f.Wait, func(t *scheduler.Task) { f.Set(); deliver(t) }}
		},
	}
}

// heldLock knows its holder.
type heldLock struct {
	scheduler.Lock
	holder *scheduler.Task
}

func (l *heldLock) wait(t *scheduler.Task) error {
	err := l.Lock.Lock(t)
	if err == nil {
		l.holder = t
	}
	return err
}

// deliver runs what was posted.
func deliver(t *scheduler.Task) {
	done := false
	t.Loop().Post(func() { done = true })
	for !done {
		t.Yield()
	}
}

// waitIn starts a task that waits once and notes the result.
func waitIn(t *scheduler.Task, j *journal, name string, g gate) *scheduler.Task {
	return t.Go(name, func(t *scheduler.Task) error {
		if err := g.wait(t); err != nil {
			j.note("%s %v", t.Name(), err)
			return err
		}
		j.note("%s", t.Name())
		return nil
	})
}

func eachGate(t *testing.T, body func(t *scheduler.Task, g gate, j *journal), want ...string) {
	for name, open := range gates() {
		t.Run(name, func(t *testing.T) {
			j := &journal{t: t}
			virtual(t, func(t *scheduler.Task) error {
				body(t, open(t), j)
				return t.Sleep(time.Second)
			})
			j.want(want...)
		})
	}
}

func TestWaitersAreWokenInTheOrderOfTheirArrival(t *testing.T) {
	eachGate(t, func(t *scheduler.Task, g gate, j *journal) {
		for _, name := range []string{"a", "b", "c"} {
			waitIn(t, j, name, g)
		}
		settle(t)
		for range 3 {
			g.wake(t)
			settle(t)
		}
	}, "a", "b", "c")
}

func TestThereIsNoBargingBeforeAWokenWaiter(t *testing.T) {
	eachGate(t, func(t *scheduler.Task, g gate, j *journal) {
		waitIn(t, j, "first", g)
		settle(t)
		barger := t.Go("barger", func(t *scheduler.Task) error {
			g.wake(t) // the first is ready now, but has not run
			if err := g.wait(t); err == nil {
				j.note("barger")
			}
			return nil
		})
		settle(t)
		j.note("then")
		g.wake(t)
		t.Join(barger)
	}, "first", "then", "barger")
}

func TestACancelledWaiterLeavesNoTrace(t *testing.T) {
	eachGate(t, func(t *scheduler.Task, g gate, j *journal) {
		a := waitIn(t, j, "a", g)
		waitIn(t, j, "b", g)
		settle(t)
		a.Cancel()
		settle(t)
		g.wake(t)
	}, "a cancelled", "b")
}

func TestATurnThatComesTogetherWithACancelIsPassedOn(t *testing.T) {
	eachGate(t, func(t *scheduler.Task, g gate, j *journal) {
		a := waitIn(t, j, "a", g)
		waitIn(t, j, "b", g)
		settle(t)
		g.wake(t)
		a.Cancel()
	}, "a cancelled", "b")
}

func TestATurnThatComesTogetherWithACancelIsKeptForALaterTask(t *testing.T) {
	eachGate(t, func(t *scheduler.Task, g gate, j *journal) {
		a := waitIn(t, j, "a", g)
		settle(t)
		g.wake(t)
		a.Cancel()
		settle(t)
		waitIn(t, j, "b", g)
	}, "a cancelled", "b")
}

func TestAnEventWakesFirstInFirstOut(t *testing.T) {
	j := &journal{t: t}
	virtual(t, func(t *scheduler.Task) error {
		var e scheduler.Event
		for _, name := range []string{"a", "b", "c"} {
			waitIn(t, j, name, gate{wait: e.Wait})
		}
		settle(t)
		e.Set()
		e.Clear() // this does not stop the tasks that were woken
		settle(t)
		late := waitIn(t, j, "late", gate{wait: e.Wait})
		settle(t)
		j.note("set: %v", e.IsSet())
		e.Set()
		return t.Join(late)
	})
	j.want("a", "b", "c", "set: false", "late")
}

func TestAFlagKeepsASetUntilAWaitClearsIt(t *testing.T) {
	virtual(t, func(task *scheduler.Task) error {
		f := scheduler.NewFlag(task.Loop())
		f.Set()
		f.Set()
		if err := f.Wait(task); err != nil {
			t.Error(err)
		}
		if err := task.Timeout(ms, func() error { return f.Wait(task) }); err != scheduler.ErrTimeout {
			t.Errorf("two sets woke two tasks: %v", err)
		}
		return nil
	})
}

func TestAFlagThatIsSetWhileATaskWaitsGoesToThatTask(t *testing.T) {
	j := &journal{t: t}
	virtual(t, func(t *scheduler.Task) error {
		f := scheduler.NewFlag(t.Loop())
		waitIn(t, j, "first", gate{wait: f.Wait})
		settle(t)
		waitIn(t, j, "barger", gate{wait: func(t *scheduler.Task) error {
			f.Set() // and its delivery is still pending
			return f.Wait(t)
		}})
		return t.Sleep(ms)
	})
	j.want("first", "barger cancelled")
}

func TestAQueueHoldsNoMoreThanItsCapacity(t *testing.T) {
	j := &journal{t: t}
	virtual(t, func(t *scheduler.Task) error {
		q := scheduler.NewQueue[int](2)
		t.Go("producer", func(t *scheduler.Task) error {
			for i := range 5 {
				q.Put(t, i)
				j.note("put %d, %d in it", i, q.Len())
			}
			return nil
		})
		settle(t)
		for range 5 {
			v, _ := q.Get(t)
			j.note("got %d", v)
			settle(t)
		}
		return nil
	})
	j.want("put 0, 1 in it", "put 1, 2 in it", "got 0", "put 2, 2 in it", "got 1", "put 3, 2 in it",
		"got 2", "put 4, 2 in it", "got 3", "got 4")
}

func TestAValueOfACancelledPutIsNotInTheQueue(t *testing.T) {
	virtual(t, func(task *scheduler.Task) error {
		q := scheduler.NewQueue[int](1)
		q.TryPut(1)
		putter := task.Go("putter", func(t *scheduler.Task) error { return q.Put(t, 2) })
		settle(task)
		q.TryGet()
		putter.Cancel() // in the tick of its turn
		settle(task)
		if v, ok := q.TryGet(); ok {
			t.Errorf("there is a %d", v)
		}
		return nil
	})
}

func TestABarrierReleasesTasksTogether(t *testing.T) {
	j := &journal{t: t}
	virtual(t, func(t *scheduler.Task) error {
		b := scheduler.NewBarrier(3)
		var cancelled *scheduler.Task
		for i, name := range []string{"a", "b", "c", "d", "e", "f"} {
			t.Sleep(10 * ms)
			task := t.Go(name, func(t *scheduler.Task) error {
				err := b.Wait(t)
				if err == nil {
					j.note("%s at %d", t.Name(), at(t))
				}
				return err
			})
			if i == 1 {
				cancelled = task
			}
			settle(t)
			if i == 1 {
				cancelled.Cancel()
			}
		}
		settle(t)
		return nil
	})
	// b no longer counts, so d is the third; e and f keep waiting.
	j.want("d at 40", "a at 40", "c at 40")
}
