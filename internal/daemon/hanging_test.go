package daemon_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/daemon"
	"ptvd/internal/gpio"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
	"ptvd/plugins"
)

func TestStartTimesOut(t *testing.T) {
	var starts int
	log, err := run(t, 2*time.Minute, map[string]script{
		"one": {start: func(_ plugins.Env, t *plugins.Task) error { starts++; return t.Sleep(100 * time.Hour) }},
	})
	if err != nil {
		t.Fatal(err)
	}
	if starts < 3 || !strings.Contains(log, "start did not finish within 30s") || !strings.Contains(log, `msg=ready status="1/2 ok; one:`) {
		t.Errorf("%d starts in two minutes; the log:\n%s", starts, log)
	}
}

func TestReloadDoesNotWaitForATaskThatIgnoresCancellation(t *testing.T) {
	slow := script{start: func(env plugins.Env, _ *plugins.Task) error {
		record("start slow")
		env.Go("slow", func(t *plugins.Task) error {
			_ = t.Sleep(time.Hour)
			return t.Sleep(5 * time.Second) // ignores the cancellation
		})
		return nil
	}}
	recorded, log := reloadWith(t, map[string]script{"slow": slow},
		"slow: {plugin: scripted}, a: {plugin: reloadable, value: x}",
		"slow: {plugin: scripted, turn: 1}, a: {plugin: reloadable, value: y}")
	want := "stop a x, start a y, start slow, stop a y"
	if got := strings.Join(recorded, ", "); got != want {
		t.Errorf("calls: %s\n want: %s\nlog:\n%s", got, want, log)
	}
	if !strings.Contains(log, "plugin did not stop in time") || !strings.Contains(log, "previous run did not stop within 620ms") {
		t.Errorf("the log:\n%s", log)
	}
}

func TestInstanceAddedByAReloadThatFailsDoesNotStopTheDaemon(t *testing.T) {
	recorded, log := reload(t, "a: {plugin: reloadable}", "a: {plugin: reloadable}, b: {plugin: reloadable, value: bad, on_error: fail}")
	if got := strings.Join(recorded, ", "); !strings.Contains(got, "start b bad, stop b bad, start b bad") || !strings.HasSuffix(log, "ran_for=2m0s\n") {
		t.Errorf("calls: %s\nlog:\n%s", got, log)
	}
}

func TestReloadDoesNotDisturbARunningFade(t *testing.T) {
	duties := func(reloads bool) (all []uint16) {
		t.Helper()
		const yaml = "board: sim\nplugins: {lamp: {plugin: fade, output: GPIO18, duration: 10s}, hand: {plugin: scripted}, other: {plugin: reloadable, value: %}}\n"
		parse := func(value string) (*config.File, error) {
			return config.Parse("test.yaml", []byte(strings.Replace(yaml, "%", value, 1)), 0o600)
		}
		file, err := parse("x")
		if err != nil {
			t.Fatal(err)
		}
		file.StateDir = t.TempDir()
		var d *daemon.Daemon
		scripts = map[string]script{"hand": {start: func(env plugins.Env, _ *plugins.Task) error {
			env.Go("switch", func(t *plugins.Task) error {
				if err := t.Sleep(time.Second); err != nil {
					return err
				}
				if err := env.Call(plugins.ActionRef{Instance: "lamp", Name: "on"}); err != nil {
					return err
				}
				if err := t.Sleep(3 * time.Second); err != nil || !reloads {
					return err
				}
				d.Reload()
				return nil
			})
			return nil
		}}}
		watch := func(board *sim.Board) scheduler.Func {
			return func(t *scheduler.Task) error {
				for range t.Every(100 * time.Millisecond) {
					all = append(all, board.Duty("GPIO18"))
				}
				return nil
			}
		}
		d = daemon.New(daemon.Options{
			File: file, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
			Clock: scheduler.NewVirtualClock(1), Lasts: 15 * time.Second,
			Reload: func() (*config.File, error) {
				next, err := parse("y")
				if err == nil {
					next.StateDir = file.StateDir
				}
				return next, err
			},
			Board: func(loop *scheduler.Loop) (gpio.Backend, error) {
				board := sim.New(loop)
				loop.Post(func() { loop.Go("watch", watch(board)) })
				return board, nil
			},
		})
		if err := d.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		return all
	}
	with, without := duties(true), duties(false)
	for i := range without {
		if with[i] != without[i] || i == 60 && with[i] == 0 {
			t.Fatalf("at %d ms the duty is %d; without the reload it is %d", 100*i, with[i], without[i])
		}
	}
}
