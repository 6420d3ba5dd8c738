package scheduler_test

import (
	"testing"
	"time"

	"ptvd/internal/scheduler"
)

func TestLockingTwiceAndUnlockingAnothersLockPanic(t *testing.T) {
	for name, misuse := range map[string]func(t *scheduler.Task, l *scheduler.Lock){
		"locked twice":             func(t *scheduler.Task, l *scheduler.Lock) { l.Lock(t); l.Lock(t) },
		"unlocked by another task": func(t *scheduler.Task, l *scheduler.Lock) { l.Unlock(t) },
	} {
		t.Run(name, func(t *testing.T) {
			virtual(t, func(task *scheduler.Task) error {
				var l scheduler.Lock
				misuser := task.Go("misuser", func(t *scheduler.Task) error { misuse(t, &l); return nil })
				if _, isPanic := task.Join(misuser).(*scheduler.PanicError); !isPanic {
					t.Error("no panic")
				}
				return nil
			})
		})
	}
}

// An urgent task waits for a lock that an ordinary one holds, beside many ordinary
// ones that are always ready.
func TestATaskInheritsTheClassOfAnUrgentOneThatWaitsForItsLock(t *testing.T) {
	for _, c := range []struct {
		name  string
		locks int // each is held by a task that waits for the next one
	}{{"directly", 1}, {"through two other locks", 3}} {
		t.Run(c.name, func(t *testing.T) {
			virtual(t, func(task *scheduler.Task) error {
				turns, stop := 0, false
				locks := make([]scheduler.Lock, c.locks)
				hold := func(i int) scheduler.Func {
					return func(t *scheduler.Task) error {
						locks[i].Lock(t)
						if i+1 < len(locks) {
							t.Yield()
							locks[i+1].Lock(t)
							locks[i+1].Unlock(t)
						} else {
							for range 10 {
								t.Yield()
							}
						}
						locks[i].Unlock(t)
						return t.Sleep(time.Hour)
					}
				}
				for range 100 {
					task.Go("ordinary", func(t *scheduler.Task) error {
						for !stop {
							turns++
							t.Yield()
						}
						return nil
					})
				}
				for i := range locks {
					task.Go("holds", hold(i))
				}
				task.Yield()
				task.Yield()
				var waited int
				urgent := task.Go("urgent", func(t *scheduler.Task) error {
					before := turns
					locks[0].Lock(t)
					waited = turns - before
					locks[0].Unlock(t)
					return nil
				}, scheduler.Urgent())
				task.Join(urgent)
				if waited > 10 {
					t.Errorf("%d turns of other tasks passed until the urgent one had the lock", waited)
				}
				stop = true
				for _, s := range task.Loop().Snapshot().Tasks {
					if s.Urgent {
						t.Errorf("%s is urgent still", s.Name)
					}
				}
				return nil
			})
		})
	}
}

func TestASleepingHolderInheritsTheClassToo(t *testing.T) {
	j := &journal{t: t}
	virtual(t, func(t *scheduler.Task) error {
		var l scheduler.Lock
		due := scheduler.Instant(10 * ms)
		t.Go("other", func(t *scheduler.Task) error { t.SleepUntil(due); j.note("other"); return nil })
		t.Go("holder", func(t *scheduler.Task) error {
			l.Lock(t)
			defer l.Unlock(t)
			return t.Timeout(time.Hour, func() error {
				err := t.SleepUntil(due)
				j.note("holder")
				return err
			})
		})
		t.Sleep(ms)
		t.Go("urgent", l.Lock, scheduler.Urgent())
		return t.Sleep(20 * ms)
	})
	j.want("holder", "other")
}
