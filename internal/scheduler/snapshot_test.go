package scheduler_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"ptvd/internal/scheduler"
)

func TestASnapshotShowsWhatEachTaskWaitsFor(t *testing.T) {
	j := &journal{t: t}
	virtual(t, func(t *scheduler.Task) error {
		var (
			event   scheduler.Event
			lock    scheduler.Lock
			permits = scheduler.NewSemaphore(0)
			queue   = scheduler.NewQueue[int](1)
			barrier = scheduler.NewBarrier(2)
			flag    = scheduler.NewFlag(t.Loop())
		)
		lock.Lock(t)
		for _, c := range []struct {
			name string
			wait scheduler.Func
		}{
			{"event", event.Wait},
			{"lock", lock.Lock},
			{"semaphore", permits.Acquire},
			{"queue", func(t *scheduler.Task) error { _, err := queue.Get(t); return err }},
			{"barrier", barrier.Wait},
			{"flag", flag.Wait},
			{"join", func(child *scheduler.Task) error { return child.Join(t) }},
			{"group", func(t *scheduler.Task) error {
				return t.Group(func(g *scheduler.Group) error { g.Go("sleep", sleepAnHour, scheduler.Urgent()); return nil })
			}},
		} {
			t.Go(c.name, c.wait, scheduler.Owner("test"))
		}
		t.Sleep(ms)
		t.Go("ready", sleepAnHour)
		for _, task := range t.Loop().Snapshot().Tasks {
			entry := fmt.Sprintf("%s/%s %s", task.Owner, task.Name, task.State)
			if task.Urgent {
				entry += " urgent"
			}
			if task.Due != scheduler.Never {
				entry += fmt.Sprintf(" until %v", task.Due.Sub(0))
			}
			j.note("%s", entry)
		}
		return nil
	})
	j.want("/main running", "test/event event", "test/lock lock", "test/semaphore semaphore", "test/queue queue",
		"test/barrier barrier", "test/flag flag", "test/join join", "test/group group", "test/sleep sleep urgent until 1h0m0s", "/ready ready")
}

func sleepAnHour(t *scheduler.Task) error { return t.Sleep(time.Hour) }

func TestASnapshotIncludesTasksThatHaveEnded(t *testing.T) {
	clock := &handClock{}
	loop := scheduler.New(scheduler.Options{Clock: clock})
	loop.Run(func(task *scheduler.Task) error {
		for range 3 {
			child := task.Go("worker", func(t *scheduler.Task) error {
				clock.now += 5
				t.SleepUntil(clock.now + 10)
				clock.now += 7
				return nil
			}, scheduler.Owner("lamp"))
			task.Join(child)
		}
		s := loop.Snapshot()
		at := slices.IndexFunc(s.Totals, func(n scheduler.Totals) bool { return n.Name == "worker" })
		want := scheduler.Totals{Owner: "lamp", Name: "worker", Spawned: 3, Runs: 6, Total: 36, Longest: 7, Late: scheduler.Lateness{Count: 3, Below: [len(scheduler.LatenessBounds)]uint64{3, 3, 3, 3, 3, 3}}}
		if s.Totals[at] != want {
			t.Errorf("got  %+v\nwant %+v", s.Totals[at], want)
		}
		if s.Wakeups != 3 {
			t.Errorf("%d wake-ups for three deadlines", s.Wakeups)
		}
		return nil
	})
}

func TestLatenessIsCountedFromDueToRun(t *testing.T) {
	clock := &handClock{}
	loop := scheduler.New(scheduler.Options{Clock: clock})
	loop.Run(func(task *scheduler.Task) error {
		sleeper := task.Go("sleeper", func(t *scheduler.Task) error {
			for i := range 100 {
				t.SleepUntil(scheduler.Instant(1000 * (i + 1)))
			}
			return nil
		})
		for i := range 100 {
			task.SleepUntil(scheduler.Instant(1000*(i+1) - 1))
			clock.now += scheduler.Instant(i + 2) // the sleeper will be i+1 late
		}
		task.Join(sleeper)
		for _, n := range loop.Snapshot().Totals {
			if n.Name != "sleeper" {
				continue
			}
			if l := n.Late; l.Sum != 5050 || l.Below[0] != 100 {
				t.Errorf("together and below the least bound: %+v", l)
			}
			if l := n.Late; l.Count != 100 || l.Max != 100 || l.P50 < 50 || l.P50 > 64 || l.P99 < 99 || l.P99 > 100 {
				t.Errorf("got %+v", l)
			}
		}
		return nil
	})
}

func TestThereIsOneWakeUpForEachDistinctDeadline(t *testing.T) {
	virtual(t, func(task *scheduler.Task) error {
		before := task.Loop().Snapshot().Wakeups
		for i := range 30 {
			task.Go("sleeper", func(t *scheduler.Task) error { return t.Sleep(time.Duration(i/3+1) * ms) })
		}
		task.Sleep(time.Second)
		if n := task.Loop().Snapshot().Wakeups - before; n != 11 {
			t.Errorf("%d wake-ups for 11 distinct deadlines", n)
		}
		return nil
	})
}

func TestNumberedNamesUseBoundedMemory(t *testing.T) {
	virtual(t, func(task *scheduler.Task) error {
		for i := range 5000 {
			task.Go(fmt.Sprint("connection ", i), func(*scheduler.Task) error { return nil })
		}
		task.Sleep(ms)
		var spawned uint64
		totals := task.Loop().Snapshot().Totals
		for _, n := range totals {
			spawned += n.Spawned
		}
		if len(totals) > 1025 || spawned != 5001 {
			t.Errorf("%d names count %d tasks", len(totals), spawned)
		}
		return nil
	})
}

func TestATaskThatTurnsHeavyAmongManyLightOnesIsAccountedForIt(t *testing.T) {
	clock := &handClock{}
	loop := scheduler.New(scheduler.Options{Clock: clock})
	loop.Run(func(task *scheduler.Task) error {
		const turns, heavyFrom, heavyStep = 200, 100, 5 * ms
		group := task.Group(func(g *scheduler.Group) error {
			for i := range 20 {
				g.Go(fmt.Sprintf("task %d", i), func(t *scheduler.Task) error {
					for turn := range turns {
						clock.now += 100
						if i == 13 && turn >= heavyFrom {
							clock.now += scheduler.Instant(heavyStep)
						}
						t.Yield()
					}
					return nil
				})
			}
			return nil
		})
		var sum time.Duration
		for _, n := range loop.Snapshot().Totals {
			sum += n.Total
			if isHeavy := n.Name == "task 13"; isHeavy != (n.Longest >= heavyStep) || isHeavy != (n.Total > (turns-heavyFrom-1)*heavyStep) {
				t.Errorf("%s: %v, its longest step %v", n.Name, n.Total, n.Longest)
			}
		}
		if sum != task.Now().Sub(0) {
			t.Errorf("%v of %v were accounted", sum, task.Now().Sub(0))
		}
		return group
	})
}
