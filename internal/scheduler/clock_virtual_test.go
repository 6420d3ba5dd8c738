package scheduler_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"ptvd/internal/scheduler"
)

func TestSleepingWorkAlternatesWithTheLoopInVirtualTime(t *testing.T) {
	var got strings.Builder
	clock := scheduler.NewVirtualClock(0)
	note := func(what string) { fmt.Fprintf(&got, "%s %v\n", what, time.Duration(clock.Now())) }
	err := scheduler.New(scheduler.Options{Clock: clock}).Run(func(t *scheduler.Task) error {
		t.Go("tick", func(t *scheduler.Task) error {
			for range t.Every(2 * ms) {
				note("tick")
			}
			return nil
		})
		word, err := scheduler.Await(t, func(ctx context.Context) (string, error) {
			note("work begins")
			if err := clock.Sleep(ctx, 3*ms); err != nil {
				return "", err
			}
			note("work continues")
			return "result", clock.Sleep(ctx, 2*ms)
		})
		note(word)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	want := "work begins 0s\ntick 0s\ntick 2ms\nwork continues 3ms\ntick 4ms\nresult 5ms\n"
	if got.String() != want {
		t.Errorf("got\n%swant\n%s", got.String(), want)
	}
}

func TestWorkOfACancelledTaskWakesFromItsSleep(t *testing.T) {
	clock := scheduler.NewVirtualClock(0)
	var woke scheduler.Instant
	var why error
	err := scheduler.New(scheduler.Options{Clock: clock}).Run(func(t *scheduler.Task) error {
		err := t.Timeout(5*ms, func() error {
			_, err := scheduler.Await(t, func(ctx context.Context) (int, error) {
				why = clock.Sleep(ctx, time.Hour)
				woke = clock.Now()
				return 0, why
			})
			return err
		})
		if !errors.Is(err, scheduler.ErrTimeout) {
			return fmt.Errorf("the time-out said %v", err)
		}
		return t.Sleep(ms)
	})
	if err != nil {
		t.Fatal(err)
	}
	if !errors.Is(why, context.Canceled) || woke != scheduler.Instant(5*ms) {
		t.Errorf("it slept until %v, and then %v", time.Duration(woke), why)
	}
}

func TestClosingTheVirtualClockEndsEverySleep(t *testing.T) {
	clock := scheduler.NewVirtualClock(0)
	var ends []string
	for _, name := range []string{"one", "two"} {
		clock.Work(func() {
			err := clock.Sleep(context.Background(), time.Hour)
			ends = append(ends, fmt.Sprint(name, " ", err == scheduler.ErrClockClosed, clock.Sleep(context.Background(), 1) == scheduler.ErrClockClosed))
		})
	}
	clock.Close()
	if got := strings.Join(ends, ", "); got != "one true true, two true true" {
		t.Errorf("got %s", got)
	}
}

func TestWorkInVirtualTimeMayStartWork(t *testing.T) {
	clock := scheduler.NewVirtualClock(0)
	var order []string
	clock.Work(func() {
		clock.Work(func() {
			order = append(order, "inner begins")
			clock.Sleep(context.Background(), ms)
			order = append(order, "inner ends")
		})
		order = append(order, "outer sleeps")
		clock.Sleep(context.Background(), 2*ms)
		order = append(order, "outer ends")
	})
	for clock.Now() < scheduler.Instant(3*ms) {
		clock.Wait(scheduler.Instant(3 * ms))
	}
	if got := strings.Join(order, ", "); got != "inner begins, outer sleeps, inner ends, outer ends" {
		t.Errorf("got %s", got)
	}
}

func TestWhatCameDueDuringASuspendIsDueWhenTheMachineResumes(t *testing.T) {
	clock := scheduler.NewVirtualClock(0)
	j := &journal{t: t}
	loop := scheduler.New(scheduler.Options{
		Clock:    clock,
		OnResume: func(d time.Duration) { j.note("resumed after %v", d) },
	})
	err := loop.Run(func(t *scheduler.Task) error {
		t.Go("fetch", func(t *scheduler.Task) error {
			for tick := range t.Every(10 * time.Minute) {
				j.note("fetch at %v, %d missed", time.Duration(t.Now()), tick.Missed)
			}
			return nil
		})
		t.Sleep(15 * time.Minute)
		clock.Suspend(2 * time.Hour)
		t.Sleep(time.Minute) // it ends during the suspend
		t.Sleep(10 * time.Minute)
		for _, totals := range t.Loop().Snapshot().Totals {
			if totals.Name == "fetch" && totals.Late.Max != 0 {
				j.note("late by %v", totals.Late.Max)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	j.want("fetch at 0s, 0 missed", "fetch at 10m0s, 0 missed",
		"resumed after 2h0m0s", "fetch at 2h15m0s, 11 missed", "fetch at 2h20m0s, 0 missed")
}

func BenchmarkSleepBesideALoop(b *testing.B) {
	clock := scheduler.NewVirtualClock(0)
	clock.Work(func() {
		for clock.Sleep(context.Background(), ms) == nil {
		}
	})
	for b.Loop() {
		clock.Wait(scheduler.Never - 1)
	}
	clock.Close()
}
