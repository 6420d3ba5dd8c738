// Package plugintest runs plugins on a simulated board in virtual time, so that a
// test of an hour takes a moment and goes the same way every time:
//
//	h := plugintest.New(t)
//	h.Run(func(t *plugins.Task) error {
//		lamp := h.Start(t, "lamp", func(env plugins.Env) (plugins.Plugin, error) {
//			return fade.New(env, cfg)
//		})
//		…
//		return lamp.Stop(t)
//	})
package plugintest

import (
	"bytes"
	"log/slog"
	"testing"
	"time"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
	"ptvd/internal/wallclock"
	"ptvd/plugins"
)

// Harness is a small daemon for a test.
type Harness struct {
	T      testing.TB
	Loop   *scheduler.Loop
	Board  *sim.Board
	System *System        // the operating system's clock
	Clock  *plugins.Clock // the board's civil time
	Bus    *plugins.Bus
	Log    bytes.Buffer
	Net    plugins.Network // to be filled in before Start
	clock  *scheduler.VirtualClock
	claims *gpio.Claims
}

// Epoch is the civil time at which a harness starts: a Thursday, 7:52 in
// Melbourne.
var Epoch = time.Date(2026, 11, 18, 20, 52, 0, 0, time.UTC)

// New returns a harness in virtual time, whose clock is right.
func New(t testing.TB) *Harness {
	clock := scheduler.NewVirtualClock(scheduler.Instant(time.Hour))
	loop := scheduler.New(scheduler.Options{
		Clock:   clock,
		OnError: func(task *scheduler.Task, err error) { t.Errorf("task %s/%s: %v", task.Owner(), task.Name(), err) },
	})
	zone, err := time.LoadLocation("Australia/Melbourne")
	if err != nil {
		t.Fatal(err)
	}
	h := &Harness{T: t, Loop: loop, Board: sim.New(loop), Bus: plugins.NewBus(), clock: clock, claims: gpio.NewClaims()}
	h.System = &System{monotonic: loop.Now, start: loop.Now(), epoch: Epoch, Sync: true}
	h.Clock = wallclock.New(h.System, loop.Now, zone, false)
	h.Bus.OnPanic = func(instance string, err error) { t.Errorf("an action of %s: %v", instance, err) }
	return h
}

// Run runs the loop until body returns; an error of it fails the test.
func (h *Harness) Run(body func(t *plugins.Task) error) {
	h.T.Helper()
	if err := h.Loop.Run(body); err != nil {
		h.T.Error(err)
	}
}

// Stall lets time pass within the calling task's step, as if the task held the
// loop for so long.
func (h *Harness) Stall(d time.Duration) { h.clock.Wait(h.clock.Now().Add(d)) }

// Env returns the environment of an instance.
func (h *Harness) Env(instance string) plugins.Env {
	return plugins.Env{
		Instance: instance,
		Log:      slog.New(slog.NewTextHandler(&h.Log, &slog.HandlerOptions{Level: slog.LevelDebug})).With("plugin", instance),
		Loop:     h.Loop,
		Clock:    h.Clock,
		Board:    gpio.NewBoard(h.Board, h.claims, instance),
		Health:   plugins.NewHealth(h.Loop.Now, func(*plugins.Health) {}),
		Meter:    plugins.NewMeter(),
		State:    plugins.StateDir(h.T.TempDir()),
		Net:      h.Net,
		Bus:      h.Bus,
		Tasks:    new(plugins.Tasks),
	}
}

// Instance is a plugin that was started.
type Instance struct {
	Env    plugins.Env
	Plugin plugins.Plugin
	task   *scheduler.Task
}

// Start makes and starts an instance, and returns when Start has returned.
func (h *Harness) Start(t *plugins.Task, name string, make func(plugins.Env) (plugins.Plugin, error)) *Instance {
	h.T.Helper()
	return h.StartEnv(t, h.Env(name), make)
}

// StartEnv is Start with an environment that the test has prepared.
func (h *Harness) StartEnv(t *plugins.Task, env plugins.Env, make func(plugins.Env) (plugins.Plugin, error)) *Instance {
	h.T.Helper()
	plugin, err := make(env)
	if err != nil {
		h.T.Fatal(err)
	}
	var started, forever scheduler.Event
	i := &Instance{Env: env, Plugin: plugin}
	i.task = h.Loop.Go("run", func(t *scheduler.Task) error {
		err := t.Group(func(g *scheduler.Group) error {
			env.Tasks.Attach(g)
			defer started.Set()
			if err := plugin.Start(t); err != nil {
				return err
			}
			started.Set()
			return forever.Wait(t)
		})
		if stopErr := plugin.Stop(t); stopErr != nil && err == nil {
			err = stopErr
		}
		if closeErr := env.Board.Close(); closeErr != nil && err == nil {
			err = closeErr
		}
		return err
	}, scheduler.Owner(env.Instance))
	if err := started.Wait(t); err != nil {
		h.T.Fatal(err)
	}
	return i
}

// Stop ends the instance and returns the error that it ended with, if it was not
// the stop itself.
func (i *Instance) Stop(t *plugins.Task) error {
	i.task.Cancel()
	if err := t.Join(i.task); err != nil && err != plugins.ErrCancelled {
		return err
	}
	return nil
}

// Err returns the error that ended the instance, nil while it runs.
func (i *Instance) Err() error { return i.task.Err() }

// System is the operating system's clock of a harness. It can be stepped.
type System struct {
	Sync      bool          // the kernel says that somebody keeps it
	Step      time.Duration // how far it was stepped
	monotonic func() scheduler.Instant
	start     scheduler.Instant
	epoch     time.Time
}

// Now returns the system's time.
func (s *System) Now() time.Time {
	return s.epoch.Add(s.monotonic().Sub(s.start)).Add(s.Step)
}

// Synchronized returns Sync.
func (s *System) Synchronized() bool { return s.Sync }
