package scheduler_test

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"ptvd/internal/scheduler"
)

// yielders starts tasks that yield until stop is called, and lets them exchange
// control directly, as many light steps do.
func yielders(t *scheduler.Task, n int, step func(i int) bool) []*scheduler.Task {
	var tasks []*scheduler.Task
	for i := range n {
		tasks = append(tasks, t.Go(fmt.Sprint(i), func(t *scheduler.Task) error {
			for step(i) {
				if err := t.Yield(); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	return tasks
}

func TestManyLightStepsRunInTurnAndAreAllCounted(t *testing.T) {
	const tasks, rounds = 20, 100
	virtual(t, func(t0 *scheduler.Task) error {
		var order []int
		all := yielders(t0, tasks, func(i int) bool {
			order = append(order, i)
			return len(order) <= tasks*rounds
		})
		t0.Join(all[0])
		for i, got := range order {
			if got != i%tasks {
				t.Fatalf("step %d was of task %d", i, got)
			}
		}
		var runs uint64
		for _, totals := range t0.Loop().Snapshot().Totals {
			if totals.Name != "main" {
				runs += totals.Runs
			}
		}
		if want := uint64(len(order)); runs != want {
			t.Errorf("%d steps were counted of %d", runs, want)
		}
		return nil
	})
}

// What is due besides the tasks that yield is not passed over.
func TestManyLightStepsDoNotHoldUpAnythingElse(t *testing.T) {
	virtual(t, func(t0 *scheduler.Task) error {
		steps, stop := 0, false
		var waits []int // of each post, in steps
		var posted int
		yielders(t0, 20, func(i int) bool {
			steps++
			if i == 7 {
				posted = steps
				t0.Loop().Post(func() { waits = append(waits, steps-posted) })
			}
			return !stop
		})
		urgent := 0
		var flag scheduler.Event
		t0.Go("urgent", func(t *scheduler.Task) error {
			for flag.Wait(t) == nil {
				flag.Clear()
				urgent = steps
			}
			return nil
		}, scheduler.Urgent())
		for range 100 {
			t0.Yield()
			set := steps
			flag.Set()
			t0.Yield()
			if urgent != set {
				t.Fatalf("an urgent task had to wait for %d steps", urgent-set)
			}
		}
		stop = true
		if len(waits) < 100 || slices.Max(waits) > 0 {
			t.Errorf("posts had to wait for %v steps", waits)
		}
		return nil
	})
}

// After many switches each goroutine waits in the place of another one.
func TestCoroutinesEndWhereverTheyWait(t *testing.T) {
	for name, test := range map[string]func(t *scheduler.Task){
		"each by itself": func(t *scheduler.Task) {
			steps := 0
			for _, task := range yielders(t, 100, func(i int) bool { steps++; return steps < 10_000+53*i }) {
				t.Join(task)
			}
		},
		"cancelled": func(t *scheduler.Task) {
			tasks := yielders(t, 100, func(int) bool { return true })
			for range 50 {
				t.Yield()
			}
			for i := range tasks {
				tasks[i*37%100].Cancel()
				t.Yield()
			}
		},
		"with the loop": func(t *scheduler.Task) {
			for range 3 { // of some the goroutine is used again
				steps := 0
				for _, task := range yielders(t, 30, func(int) bool { steps++; return steps < 3000 }) {
					t.Join(task)
				}
			}
			for i := range 60 {
				t.Go("ignores its cancel", func(t *scheduler.Task) error {
					defer t.Sleep(time.Hour)
					for range 20 + i {
						t.Yield()
					}
					for {
						t.Sleep(time.Hour)
					}
				})
			}
			for range 50 {
				t.Yield()
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { // which waits for all goroutines
				virtual(t, func(t *scheduler.Task) error {
					test(t)
					return nil
				})
			})
		})
	}
}

func TestAGoexitAmongManyLightStepsEndsTheLoopsGoroutine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := &journal{t: t}
		go func() {
			defer j.note("the loop's goroutine has ended")
			virtual(t, func(t *scheduler.Task) error {
				steps := 0
				yielders(t, 20, func(i int) bool {
					if steps++; steps == 1003 {
						defer j.note("task %d has called Goexit", i)
						runtime.Goexit()
					}
					return true
				})
				defer j.note("the others are unwound")
				return t.Sleep(time.Hour)
			})
			j.note("Run returned")
		}()
		synctest.Wait()
		j.want("task 2 has called Goexit", "the others are unwound", "the loop's goroutine has ended")
	})
}
