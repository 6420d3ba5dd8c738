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

// holdings runs a loop in virtual time and returns who has held it, and for how
// long.
func holdings(t *testing.T, main func(t *scheduler.Task, hold func(time.Duration)) error) (told []string, seen scheduler.Snapshot) {
	t.Helper()
	clock := scheduler.NewVirtualClock(0)
	loop := scheduler.New(scheduler.Options{Clock: clock, OnHeld: func(h scheduler.Hog) {
		told = append(told, fmt.Sprintf("%s/%s %v", h.Owner, h.Name, h.For))
	}})
	hold := func(d time.Duration) { clock.Wait(clock.Now().Add(d)) }
	err := loop.Run(func(t *scheduler.Task) error {
		defer func() { seen = t.Loop().Snapshot() }()
		return main(t, hold)
	})
	if err != nil {
		t.Fatal(err)
	}
	return told, seen
}

func TestAStepThatHeldTheLoopIsToldOfWhenItIsOver(t *testing.T) {
	told, _ := holdings(t, func(t *scheduler.Task, hold func(time.Duration)) error {
		long := t.Go("long", func(t *scheduler.Task) error {
			hold(2 * time.Second)
			t.Sleep(time.Second)
			hold(49 * ms) // is not worth a word
			t.Yield()
			hold(50 * ms)
			return nil
		}, scheduler.Owner("lamp"))
		t.Join(long)
		t.Loop().Post(func() { hold(time.Second) })
		return t.Sleep(ms)
	})
	if want := []string{"lamp/long 2s", "lamp/long 50ms", "/post 1s"}; !slices.Equal(told, want) {
		t.Errorf("told of %v, want %v", told, want)
	}
}

func TestWhatRunsOnAnothersAccountIsBookedAndBlamedThere(t *testing.T) {
	told, seen := holdings(t, func(t *scheduler.Task, hold func(time.Duration)) error {
		loop := t.Loop()
		caller := t.Go("watch", func(t *scheduler.Task) error {
			hold(60 * ms)
			loop.As("panel", "next", func() {
				hold(3 * time.Second)
				loop.As("lamp", "toggle", func() { hold(time.Second) })
				hold(100 * ms)
			})
			hold(10 * ms)
			return nil
		}, scheduler.Owner("bell"))
		t.Join(caller)
		loop.Post(func() { loop.As("", "page", func() { hold(time.Second) }) })
		return t.Sleep(ms)
	})
	want := []string{"bell/watch 60ms", "panel/next 3s", "lamp/toggle 1s", "panel/next 100ms", "/page 1s"}
	if !slices.Equal(told, want) {
		t.Errorf("told of %v, want %v", told, want)
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

func TestAPanicOnAnothersAccountIsTheCallersAndTheAccountsAreRight(t *testing.T) {
	told, _ := holdings(t, func(t *scheduler.Task, hold func(time.Duration)) error {
		caller := t.Go("watch", func(t *scheduler.Task) error {
			func() {
				defer func() { recover() }()
				t.Loop().As("panel", "next", func() { panic("broken") })
			}()
			hold(time.Second)
			return nil
		}, scheduler.Owner("bell"))
		return t.Join(caller)
	})
	if want := []string{"bell/watch 1s"}; !slices.Equal(told, want) {
		t.Errorf("told of %v, want %v", told, want)
	}
}

func TestASleepOnTheVirtualClockThatWouldBlockTheLoopIsAPanic(t *testing.T) {
	clock := scheduler.NewVirtualClock(0)
	err := scheduler.New(scheduler.Options{Clock: clock}).Run(func(*scheduler.Task) error {
		return clock.Sleep(context.Background(), time.Second)
	})
	var panicked *scheduler.PanicError
	if !errors.As(err, &panicked) || !strings.Contains(err.Error(), "block the loop") {
		t.Errorf("got %v", err)
	}
}
