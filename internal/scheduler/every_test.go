package scheduler_test

import (
	"testing"

	"ptvd/internal/scheduler"
)

func TestTicksKeepTheirPhaseWhateverTheTurnsTake(t *testing.T) {
	ticks := 0
	virtual(t, func(task *scheduler.Task) error {
		for tick := range task.Every(100 * ms) {
			if want := scheduler.Instant(tick.N) * scheduler.Instant(100*ms); task.Now() != want || tick.Due != want {
				t.Fatalf("tick %d at %d, due %d", tick.N, task.Now(), tick.Due)
			}
			if ticks++; tick.N == 599 {
				break
			}
			task.Sleep(30 * ms)
		}
		return nil
	})
	if ticks != 600 {
		t.Errorf("%d ticks in 60 s", ticks)
	}
}

func TestALateTickNeitherBurstsNorDriftsAndTheMissedAreCounted(t *testing.T) {
	j := &journal{t: t}
	virtual(t, func(task *scheduler.Task) error {
		for tick := range task.Every(10 * ms) {
			j.note("%d at %d, %d missed", tick.N, at(task), tick.Missed)
			if tick.N == 1 {
				task.Sleep(35 * ms)
			}
			if tick.N == 6 {
				break
			}
		}
		if totals := task.Loop().Snapshot().Totals; totals[0].Missed != 2 {
			t.Errorf("the snapshot says %+v", totals[0])
		}
		return nil
	})
	j.want("0 at 0, 0 missed", "1 at 10, 0 missed", "4 at 45, 2 missed", "5 at 50, 0 missed", "6 at 60, 0 missed")
}

func TestTicksEndWhenTheTaskIsCancelled(t *testing.T) {
	j := &journal{t: t}
	virtual(t, func(t *scheduler.Task) error {
		ticker := t.Go("ticker", func(t *scheduler.Task) error {
			for range t.Every(10 * ms) {
				j.note("tick at %d", at(t))
			}
			j.note("end at %d", at(t))
			return nil
		})
		t.Sleep(15 * ms)
		ticker.Cancel()
		return t.Join(ticker)
	})
	j.want("tick at 0", "tick at 10", "end at 15")
}
