package scheduler_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
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
		if err := end(task, child); err != scheduler.ErrCancelled || inner != scheduler.ErrCancelled {
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
		if err := end(task, child); err != scheduler.ErrCancelled {
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
		if err := end(task, waiter); err != scheduler.ErrCancelled {
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
		if err := end(task, waiter); err != scheduler.ErrCancelled {
			t.Errorf("the waiter got %v", err)
		}
		return task.Join(long)
	})
}

// failWhenCancelled is a child that turns its cancel into another error.
func failWhenCancelled(t *scheduler.Task) error {
	if t.Sleep(time.Hour) != nil {
		return errWork
	}
	return nil
}

// retry runs a group with such a child until it is cancelled, as a supervisor does.
func retry(t *scheduler.Task, nested int) error {
	for {
		err := t.Group(func(g *scheduler.Group) error {
			g.Go("child", failWhenCancelled)
			if nested > 0 {
				return retry(t, nested-1)
			}
			return nil
		})
		if errors.Is(err, scheduler.ErrCancelled) {
			return err
		}
		if err := t.Sleep(time.Minute); err != nil {
			return err
		}
	}
}

func TestACancelThatAFailureOutranksIsDeliveredAtTheNextAwait(t *testing.T) {
	for _, nested := range []int{0, 1, 5} {
		virtual(t, func(task *scheduler.Task) error {
			child := task.Go("retry", func(t *scheduler.Task) error { return retry(t, nested) })
			task.Sleep(10 * ms)
			child.Cancel()
			if err := end(task, child); err != scheduler.ErrCancelled || at(task) != 10 {
				t.Errorf("%d nested: it ended with %v at %d ms", nested, err, at(task))
			}
			return nil
		})
	}
}

func TestATimeoutThatAFailureOutranksEndsAtTheNextAwait(t *testing.T) {
	virtual(t, func(task *scheduler.Task) error {
		err := task.Timeout(10*ms, func() error { return retry(task, 0) })
		if err != scheduler.ErrTimeout || at(task) != 10 {
			t.Errorf("got %v at %d ms", err, at(task))
		}
		return nil
	})
}

func TestAPendingCancelIsDeliveredByAnAwaitThatWouldNotWait(t *testing.T) {
	for name, await := range map[string]func(t *scheduler.Task) error{
		"yield":     func(t *scheduler.Task) error { return t.Yield() },
		"event":     func(t *scheduler.Task) error { var e scheduler.Event; e.Set(); return e.Wait(t) },
		"lock":      func(t *scheduler.Task) error { var l scheduler.Lock; return l.Lock(t) },
		"semaphore": func(t *scheduler.Task) error { return scheduler.NewSemaphore(1).Acquire(t) },
		"barrier":   func(t *scheduler.Task) error { return scheduler.NewBarrier(1).Wait(t) },
		"put":       func(t *scheduler.Task) error { return scheduler.NewQueue[int](1).Put(t, 1) },
		"get": func(t *scheduler.Task) error {
			q := scheduler.NewQueue[int](1)
			q.TryPut(1)
			_, err := q.Get(t)
			return err
		},
		"flag":    func(t *scheduler.Task) error { f := scheduler.NewFlag(t.Loop()); f.Set(); return f.Wait(t) },
		"timeout": func(t *scheduler.Task) error { return t.Timeout(time.Hour, func() error { return nil }) },
		"await": func(t *scheduler.Task) error {
			_, err := scheduler.Await(t, func(context.Context) (int, error) { return 0, nil })
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			virtual(t, func(task *scheduler.Task) error {
				child := task.Go("child", func(t *scheduler.Task) error {
					t.Group(func(g *scheduler.Group) error { g.Go("child", failWhenCancelled); return nil })
					return await(t)
				})
				task.Sleep(ms)
				child.Cancel()
				if err := end(task, child); err != scheduler.ErrCancelled {
					t.Errorf("got %v", err)
				}
				return nil
			})
		})
	}
}

func TestEveryEndsWhenACancelWasIgnoredInItsBody(t *testing.T) {
	virtual(t, func(task *scheduler.Task) error {
		child := task.Go("child", func(t *scheduler.Task) error {
			for range t.Every(time.Second) {
				t.Sleep(900 * ms)
			}
			return nil
		})
		task.Sleep(2500 * ms) // in the body
		child.Cancel()
		task.Sleep(ms)
		if !child.Done() {
			t.Error("it still runs")
		}
		return nil
	})
}

func TestEveryContinuesWhenATimeoutInItsBodyExpires(t *testing.T) {
	virtual(t, func(task *scheduler.Task) error {
		for tick := range task.Every(time.Second) {
			task.Timeout(10*ms, func() error { return task.Sleep(time.Minute) })
			if tick.N == 3 {
				return nil
			}
		}
		t.Error("the range ended")
		return nil
	})
}

func TestJoiningATaskThatAnotherCancelledIsAnErrorOfItsOwn(t *testing.T) {
	virtual(t, func(task *scheduler.Task) error {
		worker := task.Go("worker", func(t *scheduler.Task) error { return t.Sleep(time.Hour) })
		waiter := task.Go("waiter", func(t *scheduler.Task) error { return t.Join(worker) })
		task.Sleep(ms)
		worker.Cancel()
		err := task.Join(waiter)
		if !errors.Is(err, scheduler.ErrTaskCancelled) || errors.Is(err, scheduler.ErrCancelled) || !strings.Contains(err.Error(), "worker") {
			t.Errorf("the waiting task ended with %v", err)
		}
		return nil
	})
}

func TestAnErrorThatIsJoinedOneTurnLaterIsReportedOnce(t *testing.T) {
	for _, seed := range []uint64{0, 1, 2, 3} {
		var reports []string
		loop := scheduler.New(scheduler.Options{
			Clock: scheduler.NewVirtualClock(0), Seed: seed,
			OnError: func(task *scheduler.Task, err error) { reports = append(reports, task.Name()) },
		})
		loop.Run(func(task *scheduler.Task) error {
			fails := func(*scheduler.Task) error { return errWork }
			joined := task.Go("joined", fails)
			task.Go("not joined", fails)
			for !joined.Done() {
				task.Yield()
			}
			task.Yield()
			if err := task.Join(joined); err != errWork {
				t.Errorf("Join returned %v", err)
			}
			task.Sleep(ms)
			for last := task.Go("at the end", fails); !last.Done(); {
				task.Yield()
			}
			return nil
		})
		if want := []string{"not joined", "at the end"}; !slices.Equal(reports, want) {
			t.Errorf("seed %d: reported %v, want %v", seed, reports, want)
		}
	}
}

// What BenchmarkCancel executes is counted, statement by statement, and not timed.
func TestCancelOfNestedGroupsIsLinear(t *testing.T) {
	program, err := filepath.Abs("../../bin/scheduler.cover") // one that is up to date there is not linked again
	if err != nil {
		t.Fatal(err)
	}
	if output, err := exec.Command("go", "test", "-c", "-covermode", "count", "-o", program).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	statements := func(n int) (all int) {
		profile := filepath.Join(t.TempDir(), "profile")
		bench := fmt.Sprintf("BenchmarkCancel/impl=loop/n=%d$", n)
		if output, err := exec.Command(program, "-test.run", "^$", "-test.bench", bench, "-test.benchtime", "1x", "-test.coverprofile", profile).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, output)
		}
		text, err := os.ReadFile(profile)
		if err != nil {
			t.Fatal(err)
		}
		_, blocks, _ := strings.Cut(string(text), "\n") // after the mode
		for block := range strings.Lines(blocks) {
			var where string
			var statements, times int
			if _, err := fmt.Sscan(block, &where, &statements, &times); err != nil {
				t.Fatalf("%s: %v", block, err)
			}
			all += statements * times
		}
		return all
	}
	few, many := statements(100), statements(1000)
	if t.Log(few, many); few < 100 || many > 11*few {
		t.Errorf("the cancel of 100 nested groups executes %d statements, of 1000 %d", few, many)
	}
}
