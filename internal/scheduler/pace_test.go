package scheduler_test

import (
	"testing"
	"time"

	"ptvd/internal/scheduler"
)

// fast is virtual time that runs sixty times as fast as the machine's.
type fast struct{ *scheduler.VirtualClock }

func (c fast) Kernel(i scheduler.Instant) scheduler.Instant { return i / 60 }

func TestStepsAndLatenessAreMeasuredByTheMachineHoweverFastTimeRuns(t *testing.T) {
	clock := fast{scheduler.NewVirtualClock(0)}
	loop := scheduler.New(scheduler.Options{Clock: clock})
	var seen scheduler.Snapshot
	err := loop.Run(func(t *scheduler.Task) error {
		t.Go("late", func(t *scheduler.Task) error { return t.Sleep(time.Second) })
		t.Yield()
		clock.Wait(scheduler.Instant(time.Minute)) // this step takes a second of the machine
		t.Sleep(time.Minute)
		seen = t.Loop().Snapshot()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen.At != scheduler.Instant(2*time.Minute) || seen.Machine != scheduler.Instant(2*time.Second) {
		t.Errorf("the snapshot is of %v, and by the machine of %v", seen.At, seen.Machine)
	}
	for _, totals := range seen.Totals {
		if totals.Name == "main" && totals.Longest != time.Second {
			t.Errorf("the longest step took %v", totals.Longest)
		}
		if want := 59 * time.Second / 60; totals.Name == "late" && (totals.Late.Max < want || totals.Late.Max > want+1) {
			t.Errorf("the sleep ended late by %v, want %v", totals.Late.Max, want)
		}
	}
}
