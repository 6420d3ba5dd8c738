package daemon_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/daemon"
	"ptvd/internal/scheduler"
	"ptvd/plugins"
)

func TestAfterASuspendDataAreOlderAndTheResumeIsLogged(t *testing.T) {
	var age time.Duration
	log, err := run(t, 3*time.Hour, map[string]script{
		"trains": {start: func(env plugins.Env, _ *plugins.Task) error {
			env.Go("work", func(t *plugins.Task) error {
				received := t.Now()
				suspend(2 * time.Hour)
				t.Sleep(time.Second)
				age = t.Now().Sub(received)
				return t.Sleep(24 * time.Hour)
			})
			return nil
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if age < 2*time.Hour || !strings.Contains(log, `msg="system resumed from suspend" suspended_for=2h0m0s`) {
		t.Errorf("the data are %v old; the log:\n%s", age, log)
	}
}

func TestAfterASuspendTheTimeIsUnknownUntilItIsMeasuredAgain(t *testing.T) {
	file, err := config.Parse("test.yaml", []byte("board: sim\nplugins:\n  clock: {plugin: timesource}\n"), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	clock := scheduler.NewVirtualClock(0)
	d := daemon.New(daemon.Options{File: file, Log: slog.New(slog.DiscardHandler), Clock: clock})
	var known []bool
	scripts = map[string]script{"clock": {start: func(env plugins.Env, _ *plugins.Task) error {
		env.Go("work", func(t *plugins.Task) error {
			defer d.Stop()
			env.TimeSource.Correct(0)
			known = append(known, env.Clock.Synchronized())
			clock.Suspend(2 * time.Hour)
			t.Sleep(time.Second)
			known = append(known, env.Clock.Synchronized())
			if err := env.TimeSource.Resumed().Wait(t); err != nil {
				return err
			}
			env.TimeSource.Correct(0)
			known = append(known, env.Clock.Synchronized())
			return nil
		})
		return nil
	}}}
	if err := d.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(known, []bool{true, false, true}) {
		t.Errorf("synchronized before, after, and after a correction: %v", known)
	}
}
