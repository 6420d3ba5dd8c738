package scheduler_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ptvd/internal/scheduler"
)

// blockedSteps runs a loop in virtual time and returns which steps blocked it, and
// for how long.
func blockedSteps(t *testing.T, main func(t *scheduler.Task, block func(time.Duration)) error) (reports []string, seen scheduler.Snapshot) {
	t.Helper()
	clock := scheduler.NewVirtualClock(0)
	loop := scheduler.New(scheduler.Options{Clock: clock, OnUnblocked: func(h scheduler.Blocked) {
		reports = append(reports, fmt.Sprintf("%s/%s %v", h.Owner, h.Name, h.For))
	}})
	block := func(d time.Duration) { clock.Wait(clock.Now().Add(d)) }
	err := loop.Run(func(t *scheduler.Task) error {
		defer func() { seen = t.Loop().Snapshot() }()
		return main(t, block)
	})
	if err != nil {
		t.Fatal(err)
	}
	return reports, seen
}

func TestABlockingStepIsReportedWhenItHasEnded(t *testing.T) {
	reports, _ := blockedSteps(t, func(t *scheduler.Task, block func(time.Duration)) error {
		long := t.Go("long", func(t *scheduler.Task) error {
			block(2 * time.Second)
			t.Sleep(time.Second)
			block(49 * ms) // is not reported
			t.Yield()
			block(50 * ms)
			return nil
		}, scheduler.Owner("lamp"))
		t.Join(long)
		t.Loop().Post(func() { block(time.Second) })
		return t.Sleep(ms)
	})
	if want := []string{"lamp/long 2s", "lamp/long 50ms", "/post 1s"}; !slices.Equal(reports, want) {
		t.Errorf("reported %v, want %v", reports, want)
	}
}

func TestRunAsAccountsTimeAndBlameToTheOwner(t *testing.T) {
	reports, seen := blockedSteps(t, func(t *scheduler.Task, block func(time.Duration)) error {
		loop := t.Loop()
		caller := t.Go("watch", func(t *scheduler.Task) error {
			block(60 * ms)
			loop.RunAs("panel", "next", func() {
				block(3 * time.Second)
				loop.RunAs("lamp", "toggle", func() { block(time.Second) })
				block(100 * ms)
			})
			block(10 * ms)
			return nil
		}, scheduler.Owner("bell"))
		t.Join(caller)
		loop.Post(func() { loop.RunAs("", "page", func() { block(time.Second) }) })
		return t.Sleep(ms)
	})
	want := []string{"bell/watch 60ms", "panel/next 3s", "lamp/toggle 1s", "panel/next 100ms", "/page 1s"}
	if !slices.Equal(reports, want) {
		t.Errorf("reported %v, want %v", reports, want)
	}
	for _, want := range []scheduler.Totals{
		{Owner: "bell", Name: "watch", Runs: 1, Total: 70 * ms},
		{Owner: "panel", Name: "next", Runs: 1, Total: 3100 * ms},
		{Owner: "lamp", Name: "toggle", Runs: 1, Total: time.Second},
	} {
		i := slices.IndexFunc(seen.Totals, func(s scheduler.Totals) bool { return s.Owner == want.Owner && s.Name == want.Name })
		if got := seen.Totals[i]; got.Runs != want.Runs || got.Total != want.Total {
			t.Errorf("%s/%s: %d runs in %v, want %d in %v", got.Owner, got.Name, got.Runs, got.Total, want.Runs, want.Total)
		}
	}
}

func TestAPanicInRunAsReachesTheCallerAndTheAccountingContinues(t *testing.T) {
	reports, _ := blockedSteps(t, func(t *scheduler.Task, block func(time.Duration)) error {
		caller := t.Go("watch", func(t *scheduler.Task) error {
			func() {
				defer func() { recover() }()
				t.Loop().RunAs("panel", "next", func() { panic("broken") })
			}()
			block(time.Second)
			return nil
		}, scheduler.Owner("bell"))
		return t.Join(caller)
	})
	if want := []string{"bell/watch 1s"}; !slices.Equal(reports, want) {
		t.Errorf("reported %v, want %v", reports, want)
	}
}

func TestASleepOnTheVirtualClockThatWouldBlockTheLoopPanics(t *testing.T) {
	clock := scheduler.NewVirtualClock(0)
	err := scheduler.New(scheduler.Options{Clock: clock}).Run(func(*scheduler.Task) error {
		return clock.Sleep(context.Background(), time.Second)
	})
	var panicked *scheduler.PanicError
	if !errors.As(err, &panicked) || !strings.Contains(err.Error(), "called on the loop") {
		t.Errorf("got %v", err)
	}
}

// fast is virtual time that runs sixty times as fast as the machine's.
type fast struct{ *scheduler.VirtualClock }

func (c fast) Kernel(i scheduler.Instant) scheduler.Instant { return i / 60 }

func TestStepsAndLatenessAreMeasuredByTheMachinesClockWhenTheLoopsRunsFaster(t *testing.T) {
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
