package scheduler_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ptvd/internal/scheduler"
)

func TestTasksRunInTheOrderInWhichTheyBecameDue(t *testing.T) {
	j := &journal{t: t}
	virtual(t, func(t *scheduler.Task) error {
		for _, d := range []time.Duration{30, 10, 20, 10} {
			t.Go("sleeper", func(t *scheduler.Task) error {
				t.Sleep(d * ms)
				j.note("%d", d)
				return nil
			})
		}
		return t.Sleep(time.Second)
	})
	j.want("10", "10", "20", "30")
}

func TestEqualsRunFirstInFirstOut(t *testing.T) {
	j := &journal{t: t}
	virtual(t, func(t *scheduler.Task) error {
		for i := range 5 {
			t.Go("sleeper", func(t *scheduler.Task) error {
				j.note("%d", i)
				t.SleepUntil(scheduler.Instant(10 * ms))
				j.note("%d", i)
				t.Yield()
				j.note("%d", i)
				return nil
			})
		}
		return t.Sleep(time.Second)
	})
	j.want("0", "1", "2", "3", "4", "0", "1", "2", "3", "4", "0", "1", "2", "3", "4")
}

func TestAnOverdueSleeperRunsBeforeALaterYielder(t *testing.T) {
	j := &journal{t: t}
	clock := &handClock{}
	loop := scheduler.New(scheduler.Options{Clock: clock})
	loop.Run(func(t *scheduler.Task) error {
		t.Go("yielder", func(t *scheduler.Task) error {
			t.Go("other", func(t *scheduler.Task) error { return nil }) // so that the yield is no shortcut
			clock.now += 20
			t.Yield()
			j.note("yielder")
			return nil
		})
		t.Go("sleeper", func(t *scheduler.Task) error {
			t.SleepUntil(10)
			j.note("sleeper")
			return nil
		})
		return t.SleepUntil(100)
	})
	j.want("sleeper", "yielder")
}

func TestATaskThatYieldsInATightLoopStarvesNoOther(t *testing.T) {
	clock := &handClock{}
	loop := scheduler.New(scheduler.Options{Clock: clock})
	loop.Run(func(t *scheduler.Task) error {
		slept := false
		t.Go("sleeper", func(t *scheduler.Task) error {
			t.SleepUntil(50)
			slept = true
			return nil
		})
		for !slept {
			clock.now++
			t.Yield()
		}
		return nil
	})
	if clock.now > 60 {
		t.Errorf("the sleeper that was due at 50 ran at %d", clock.now)
	}
}

func TestASleepNeverEndsEarly(t *testing.T) {
	for _, d := range []time.Duration{1, 999, 1001, 999_999, 1_000_001} {
		virtual(t, func(task *scheduler.Task) error {
			start := task.Now()
			task.Sleep(d)
			if took := task.Now().Sub(start); took != d {
				t.Errorf("a sleep of %d ns took %d ns of virtual time", d, took)
			}
			return nil
		})
	}
}

func TestASleepOfZeroOrLessIsAYield(t *testing.T) {
	j := &journal{t: t}
	virtual(t, func(t *scheduler.Task) error {
		t.Go("other", func(t *scheduler.Task) error {
			j.note("other")
			return nil
		})
		t.Sleep(-time.Second)
		j.note("main at %d", at(t))
		return nil
	})
	j.want("other", "main at 0")
}

func TestAnUrgentTaskThatIsDueRunsBeforeOrdinaryOnes(t *testing.T) {
	j := &journal{t: t}
	virtual(t, func(t *scheduler.Task) error {
		note := func(t *scheduler.Task) error {
			t.SleepUntil(scheduler.Instant(ms))
			j.note("%s", t.Name())
			return nil
		}
		t.Go("ordinary", note)
		t.Go("urgent", note, scheduler.Urgent())
		return t.Sleep(time.Second)
	})
	j.want("urgent", "ordinary")
}

func TestUrgentTasksDoNotStarveOrdinaryOnes(t *testing.T) {
	virtual(t, func(task *scheduler.Task) error {
		turns, stop := 0, false
		for range 2 {
			task.Go("urgent", func(t *scheduler.Task) error {
				for !stop {
					turns++
					t.Yield()
				}
				return nil
			}, scheduler.Urgent())
		}
		for range 10 {
			task.Yield()
		}
		stop = true
		if turns > 10*64 {
			t.Errorf("%d urgent turns passed in 10 ordinary ones", turns)
		}
		return nil
	})
}

func TestTheLoopDoesNotEndWhileEveryTaskWaitsForAnOutsideEvent(t *testing.T) {
	loop := scheduler.New(scheduler.Options{Clock: scheduler.NewTimerClock()})
	waiting := make(chan struct{})
	var e scheduler.Event
	go func() {
		<-waiting
		loop.Post(e.Set)
	}()
	err := loop.Run(func(t *scheduler.Task) error {
		close(waiting)
		return e.Wait(t)
	})
	if err != nil {
		t.Error(err)
	}
}

func TestInVirtualTimeADeadlockIsAnError(t *testing.T) {
	loop := scheduler.New(scheduler.Options{Clock: scheduler.NewVirtualClock(0)})
	err := loop.Run(func(t *scheduler.Task) error {
		var e scheduler.Event
		return e.Wait(t)
	})
	if !errors.Is(err, scheduler.ErrDeadlock) {
		t.Errorf("got %v", err)
	}
}

func TestAnErrorOfATaskThatIsNotAwaitedIsReportedOnceAndTheLoopContinues(t *testing.T) {
	j := &journal{t: t}
	loop := scheduler.New(scheduler.Options{
		Clock:   scheduler.NewVirtualClock(0),
		OnError: func(task *scheduler.Task, err error) { j.note("%s/%s: %v", task.Owner(), task.Name(), err) },
	})
	err := loop.Run(func(t *scheduler.Task) error {
		t.Go("fails", func(t *scheduler.Task) error { return errors.New("no wire") }, scheduler.Owner("lamp"))
		t.Go("panics", func(t *scheduler.Task) error { panic("no bulb") })
		t.Go("is cancelled", func(t *scheduler.Task) error { return t.Sleep(time.Hour) })
		awaited := t.Go("is awaited", func(t *scheduler.Task) error { t.Yield(); return errors.New("seen") })
		if err := t.Join(awaited); err == nil {
			j.note("Join lost the error")
		}
		return errors.New("main's own")
	})
	j.want("lamp/fails: no wire", "/panics: panic: no bulb")
	if err == nil || err.Error() != "main's own" {
		t.Errorf("Run returned %v", err)
	}
}

func TestAPanicKeepsItsStack(t *testing.T) {
	virtual(t, func(task *scheduler.Task) error {
		broken := task.Go("broken", func(t *scheduler.Task) error {
			t.Sleep(ms)
			indexBeyondTheEnd(nil)
			return nil
		})
		var p *scheduler.PanicError
		if err := task.Join(broken); !errors.As(err, &p) || !strings.Contains(string(p.Stack), "indexBeyondTheEnd") {
			t.Errorf("the stack of %v does not name the function that panicked", err)
		}
		return nil
	})
}

//go:noinline
func indexBeyondTheEnd(s []int) int { return s[len(s)] }

func TestTheSameSeedGivesTheSameOrderAndAnotherSeedAnother(t *testing.T) {
	order := func(seed uint64) (order []int) {
		loop := scheduler.New(scheduler.Options{Clock: scheduler.NewVirtualClock(0), Seed: seed})
		loop.Run(func(t *scheduler.Task) error {
			return t.Group(func(g *scheduler.Group) error {
				for i := range 20 {
					g.Go("equal", func(t *scheduler.Task) error {
						t.SleepUntil(5)
						order = append(order, i)
						t.Yield()
						order = append(order, i)
						return nil
					})
				}
				return nil
			})
		})
		return order
	}
	if !slices.Equal(order(7), order(7)) {
		t.Error("two runs with the same seed differ")
	}
	if slices.Equal(order(7), order(8)) {
		t.Error("two seeds give the same order of 40 turns")
	}
}

func TestAnAwaitOfAnotherTaskPanics(t *testing.T) {
	for name, await := range map[string]func(*scheduler.Task) error{
		"sleep": func(t *scheduler.Task) error { return t.Sleep(ms) },
		"yield": func(t *scheduler.Task) error { return t.Yield() },
		"group": func(t *scheduler.Task) error { return t.Group(func(*scheduler.Group) error { return nil }) },
		"every": func(t *scheduler.Task) error {
			for range t.Every(ms) {
				break
			}
			return nil
		},
	} {
		virtual(t, func(main *scheduler.Task) error {
			other := main.Go("other", func(*scheduler.Task) error { return await(main) })
			var p *scheduler.PanicError
			if err := main.Join(other); !errors.As(err, &p) {
				t.Errorf("%s: got %v", name, err)
			}
			return nil
		})
	}
}

func TestASecondRunPanics(t *testing.T) {
	loop := scheduler.New(scheduler.Options{Clock: scheduler.NewVirtualClock(0)})
	again := func() (panicked any) {
		defer func() { panicked = recover() }()
		loop.Run(func(*scheduler.Task) error { return nil })
		return nil
	}
	if p := again(); p != nil {
		t.Errorf("the first: %v", p)
	}
	if again() == nil {
		t.Error("the second did not")
	}
}

func TestADayPassesQuicklyInVirtualTime(t *testing.T) {
	ticks := 0
	virtual(t, func(t *scheduler.Task) error {
		err := t.Timeout(24*time.Hour, func() error {
			for range t.Every(time.Second) {
				ticks++
			}
			return nil
		})
		if !errors.Is(err, scheduler.ErrTimeout) {
			return fmt.Errorf("the day ended with %v", err)
		}
		return nil
	})
	if ticks != 86_400 {
		t.Errorf("%d ticks of a second in a day", ticks)
	}
}

// handClock is advanced by the test, and by the loop when it waits.
type handClock struct{ now scheduler.Instant }

func (c *handClock) Now() scheduler.Instant   { return c.now }
func (c *handClock) Suspended() time.Duration { return 0 }
func (c *handClock) Wake()                    {}
func (c *handClock) Work(work func())         { work() }
func (c *handClock) Close() error             { return nil }
func (c *handClock) Wait(until scheduler.Instant) (scheduler.Instant, error) {
	c.now = max(c.now, until)
	return c.now, nil
}
