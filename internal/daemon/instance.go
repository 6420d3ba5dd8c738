package daemon

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/gpio"
	"ptvd/internal/logs"
	"ptvd/internal/scheduler"
	"ptvd/plugins"
)

// instance is one entry of the configuration and its life.
type instance struct {
	daemon    *Daemon
	entry     config.Instance
	log       *slog.Logger
	health    *plugins.Health
	meter     *plugins.Meter
	restarts  int
	life      *scheduler.Task
	plugin    plugins.Plugin // while it runs, else nil
	trial     bool           // a reload has begun it, and it has not run since
	stopping  bool           // somebody wants it to end
	follows   bool           // it begins anew once its former life has ended
	upSince   scheduler.Instant
	tried     scheduler.Event   // Start has returned once, well or not
	breakdown scheduler.Event   // an action handler panicked …
	broken    error             // … with this
	blamed    scheduler.Instant // until then it is, for having held the loop
}

func newInstance(d *Daemon, entry config.Instance) *instance {
	i := &instance{daemon: d, entry: entry, meter: plugins.NewMeter()}
	i.log = d.log.With("plugin", entry.Name)
	i.health = plugins.NewHealth(d.loop.Now, i.healthChanged)
	d.bus.Down(entry.Name, starting)
	return i
}

// starting is why an instance that has not run yet is not well.
const starting = "it is starting"

// begin starts the instance's life; where a former one has not ended, once it has.
func (i *instance) begin() {
	i.tried.Clear()
	if i.life != nil && !i.life.Done() {
		i.follow()
		return
	}
	i.stopping = false
	i.health.Begin(plugins.Degraded, starting)
	i.life = i.daemon.loop.Go("life", i.live, scheduler.Owner(i.entry.Name))
}

// live runs the instance until the daemon stops: whatever ends it is followed by
// a pause and a new beginning.
func (i *instance) live(t *scheduler.Task) error {
	pause := plugins.NewBackoff(i.daemon.clock, i.entry.Name)
	for {
		err := i.runOnce(t)
		if errors.Is(err, scheduler.ErrCancelled) {
			return err
		}
		if i.stopping {
			return nil // the cancellation came while the run was ending by itself, and is spent
		}
		i.failed(err)
		if i.entry.OnError == config.Fail && !i.trial {
			i.log.Error("failed, and so does the daemon", logs.ID(logs.InstanceFailed), "err", err)
			i.daemon.failure = fmt.Errorf("%s: %w", i.entry.Name, err)
			i.daemon.Stop()
			return nil
		}
		if i.upSince != 0 && t.Now().Sub(i.upSince) > steadyAfter {
			pause.Reset()
		}
		i.restarts++
		wait := pause.Next(firstPause, longPause)
		i.log.Error("failed", logs.ID(logs.InstanceFailed), "err", err, "retry_in", wait.Round(time.Second))
		if err := t.Sleep(wait); err != nil {
			return err
		}
	}
}

const (
	// The pauses between the runs of an instance that fails.
	firstPause = time.Second
	longPause  = time.Minute
	// steadyAfter is how long a run must last for the next pause to be short again.
	steadyAfter = 2 * time.Minute
	// graceForStart is how long a Start may take: more than udev and a slow
	// disk need, and less than systemd's patience with the daemon.
	graceForStart = 30 * time.Second
	// wellAfter is how long an instance that failed must run to be well again,
	// so that one which fails at every turn is not said to be well between.
	wellAfter = 5 * time.Second
)

// runOnce is one run: make, start, run, stop. It returns why the run ended.
func (i *instance) runOnce(t *scheduler.Task) error {
	env := i.env()
	var plugin plugins.Plugin
	i.upSince = 0
	err := t.Group(func(g *scheduler.Group) error {
		env.Tasks.Attach(g)
		start := g.Go("start", func(t *scheduler.Task) (err error) {
			if plugin, err = i.entry.Definition.New(env, i.entry.Config); err != nil {
				return err
			}
			return plugin.Start(t)
		})
		err := t.Timeout(graceForStart, func() error { return t.Join(start) })
		switch {
		case errors.Is(err, scheduler.ErrTimeout):
			err = fmt.Errorf("its start takes longer than %v", graceForStart)
			i.failed(err) // now: a start that ignores its cancellation does not end
			return err
		case err != nil:
			return err
		}
		i.up(plugin)
		if err := i.untilBroken(t); err != nil {
			i.ending()
			return err
		}
		return i.broken
	})
	i.plugin = nil
	i.daemon.bus.Down(i.entry.Name, "it is stopping")
	if plugin != nil {
		i.stop(t, plugin)
	}
	if err := gpio.Close(t, env.Board, graceForClose); err != nil {
		i.log.Warn("a part of the board did not close cleanly", "err", err)
	}
	return err
}

// failed lets the others see that the instance does not run, and why.
func (i *instance) failed(why error) {
	i.health.Failed(why)
	i.daemon.bus.Down(i.entry.Name, why.Error())
	i.tried.Set()
}

// up lets them see that it runs. One that has failed before is well only once it
// has run for a while.
func (i *instance) up(plugin plugins.Plugin) {
	i.plugin, i.broken, i.upSince, i.trial = plugin, nil, i.daemon.loop.Now(), false
	i.breakdown.Clear()
	i.daemon.bus.Up(i.entry.Name)
	if i.health.Why == starting {
		// A beginning is no news; what an instance lacks already, it has said.
		i.health.Begin(plugins.OK, "")
		i.daemon.notify.status(i.daemon.status())
	}
	i.tried.Set()
}

// untilBroken waits until an action handler has panicked.
func (i *instance) untilBroken(t *scheduler.Task) error {
	if i.health.Condition == plugins.Failed {
		err := t.Timeout(wellAfter, func() error { return i.breakdown.Wait(t) })
		if !errors.Is(err, scheduler.ErrTimeout) {
			return err
		}
		if i.health.Condition == plugins.Failed {
			i.health.OK()
		}
	}
	return i.breakdown.Wait(t)
}

// ending shows, until the reason is known, that the tasks of an instance are about
// to end; for ever, where one of them ignores that it was cancelled.
func (i *instance) ending() {
	if !i.stopping {
		i.health.Failed(errors.New("one of its tasks has failed, and the others are ending"))
	}
}

// stop calls the plugin's Stop.
func (i *instance) stop(t *scheduler.Task, plugin plugins.Plugin) {
	err := t.Timeout(graceForStop, func() error { return i.asChild(t, "stop", plugin.Stop) })
	if err != nil {
		i.log.Warn("did not stop cleanly", "err", err)
	}
}

// asChild calls a function of the plugin in a task of its own, so that a panic in it
// is its own.
func (i *instance) asChild(t *scheduler.Task, name string, do scheduler.Func) error {
	return t.Group(func(g *scheduler.Group) error {
		g.Go(name, do, scheduler.Owner(i.entry.Name))
		return nil
	})
}

// env makes what a run of the instance is given.
func (i *instance) env() plugins.Env {
	d := i.daemon
	return plugins.Env{
		Instance: i.entry.Name,
		Log:      i.log,
		Loop:     d.loop,
		Clock:    d.clock,
		Board:    gpio.NewBoard(d.board, d.claims, i.entry.Name),
		Health:   i.health,
		Meter:    i.meter,
		State:    d.options.State(i.entry.Name),
		Net:      d.options.Net,
		Bus:      d.bus,
		Tasks:    new(plugins.Tasks),
	}
}

func (i *instance) healthChanged(h *plugins.Health) {
	switch h.Condition {
	case plugins.OK:
		i.log.Info("ok")
	case plugins.Degraded:
		i.log.Warn("degraded", logs.ID(logs.InstanceDegraded), "err", h.Why)
	case plugins.Failed: // live says so, with all that the error knows
	}
	i.daemon.notify.status(i.daemon.status())
}

// attributes describe the instance in a snapshot.
func (i *instance) attributes() []slog.Attr {
	all := []slog.Attr{
		slog.String("health", string(i.health.Condition)),
		slog.Duration("since", i.daemon.loop.Now().Sub(i.health.Since).Round(time.Second)),
		slog.Int("restarts", i.restarts),
	}
	if i.health.Why != "" {
		all = append(all, slog.String("err", i.health.Why))
	}
	for name, value := range i.meter.All() {
		all = append(all, slog.Float64(name, value))
	}
	return all
}
