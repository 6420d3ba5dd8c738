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
	plugin    plugins.Plugin  // while it runs, else nil
	next      config.Instance // the entry that a reload is about to give it
	trial     bool            // a reload watches whether it starts
	stopping  bool            // somebody wants it to end
	tried     scheduler.Event // Start has returned once, well or not
	breakdown scheduler.Event // an action handler panicked …
	broken    error           // … with this
}

func newInstance(d *Daemon, entry config.Instance) *instance {
	i := &instance{daemon: d, entry: entry, meter: plugins.NewMeter()}
	i.log = d.log.With("plugin", entry.Name)
	i.health = plugins.NewHealth(d.loop.Now, i.healthChanged)
	d.bus.Down(entry.Name, "it has not started yet")
	return i
}

// begin starts the instance's life.
func (i *instance) begin() {
	i.tried.Clear()
	i.stopping = false
	i.life = i.daemon.loop.Go("life", i.live, scheduler.Owner(i.entry.Name))
}

// live runs the instance until the daemon stops: whatever ends it is followed by
// a pause and a new beginning.
func (i *instance) live(t *scheduler.Task) error {
	var pause backoff
	for {
		began := t.Now()
		err := i.runOnce(t)
		if errors.Is(err, scheduler.ErrCancelled) {
			return err
		}
		i.health.Failed(err)
		i.daemon.bus.Down(i.entry.Name, err.Error())
		i.tried.Set()
		if i.entry.OnError == config.Fail && !i.trial {
			i.log.Error("failed, and so does the daemon", logs.ID(logs.InstanceFailed), "why", err)
			i.daemon.failure = fmt.Errorf("%s: %w", i.entry.Name, err)
			i.daemon.Stop()
			return nil
		}
		if t.Now().Sub(began) > steadyAfter {
			pause.reset()
		}
		i.restarts++
		wait := pause.next(i.entry.Name)
		i.log.Error("failed", logs.ID(logs.InstanceFailed), "why", err, "again_in", wait.Round(time.Second))
		if err := t.Sleep(wait); err != nil {
			return err
		}
	}
}

// errGaveUp stands for a Start that returned a cancellation of its own making.
var errGaveUp = errors.New("its start was cancelled from within")

// runOnce is one run: make, start, run, stop. It returns why the run ended.
func (i *instance) runOnce(t *scheduler.Task) error {
	env := i.env()
	var plugin plugins.Plugin
	err := t.Group(func(g *scheduler.Group) error {
		env.Tasks.Attach(g)
		start := g.Go("start", func(t *scheduler.Task) (err error) {
			if plugin, err = i.entry.Definition.New(env, i.entry.Config); err != nil {
				return err
			}
			return plugin.Start(t)
		})
		if err := t.Join(start); err != nil {
			if errors.Is(start.Err(), scheduler.ErrCancelled) {
				return errGaveUp // for we were not cancelled ourselves
			}
			return err
		}
		i.up(plugin)
		if err := i.breakdown.Wait(t); err != nil {
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
	if err := closeBeside(t, env.Board); err != nil {
		i.log.Warn("a part of the board did not close cleanly", "error", err)
	}
	return err
}

// up lets the others see that the instance runs.
func (i *instance) up(plugin plugins.Plugin) {
	i.plugin, i.broken = plugin, nil
	i.breakdown.Clear()
	i.daemon.bus.Up(i.entry.Name)
	if i.health.Condition == plugins.Failed {
		i.health.OK()
	}
	i.tried.Set()
}

// ending shows, until the reason is known, that the tasks of an instance are about
// to end; for ever, where one of them ignores that it was cancelled.
func (i *instance) ending() {
	if !i.stopping {
		i.health.Failed(errors.New("one of its tasks has failed, and the others are ending"))
	}
}

// stop calls the plugin's Stop, as a child, so that a panic in it is its own.
func (i *instance) stop(t *scheduler.Task, plugin plugins.Plugin) {
	err := t.Timeout(graceForStop, func() error {
		return t.Group(func(g *scheduler.Group) error {
			g.Go("stop", plugin.Stop)
			return nil
		})
	})
	if err != nil {
		i.log.Warn("did not stop cleanly", "error", err)
	}
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
		i.log.Warn("degraded", "why", h.Why)
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
		all = append(all, slog.String("why", i.health.Why))
	}
	for name, value := range i.meter.All() {
		all = append(all, slog.Float64(name, value))
	}
	return all
}
