package daemon

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/gpio"
	"ptvd/internal/host"
	"ptvd/internal/logs"
	"ptvd/internal/scheduler"
	"ptvd/plugins"
)

// instance is one entry of the configuration, supervised by a task of its own.
type instance struct {
	daemon         *Daemon
	entry          config.Instance
	log            *slog.Logger
	health         *host.Health
	meter          *host.Meter
	board          *gpio.Board    // of the latest run; nil before the first
	self           *host.Instance // of the latest run
	restarts       int
	run            *scheduler.Task   // supervises the instance
	plugin         plugins.Plugin    // nil unless it runs
	trial          bool              // a reload has started it, and it has not come up since
	stopping       bool              // the daemon or a reload wants it to stop
	restartPending bool              // it starts again once the previous run has stopped
	upSince        scheduler.Instant // 0 unless it has come up in this run
	startedOnce    scheduler.Event   // the first start has succeeded or failed
	panicked       scheduler.Event   // an action handler panicked …
	handlerPanic   error             // … with this
	degradedUntil  scheduler.Instant // for having blocked the loop; 0: it has not
}

func newInstance(d *Daemon, entry config.Instance) *instance {
	i := &instance{daemon: d, entry: entry, meter: host.NewMeter()}
	i.log = d.log.With("plugin", entry.Name)
	i.health = host.NewHealth(d.loop.Now, i.healthChanged)
	i.declare()
	d.bus.Down(entry.Name, starting)
	return i
}

// starting is why an instance that has not come up yet is degraded.
const starting = "starting"

func (i *instance) declare() {
	i.daemon.bus.Declare(i.entry.Name, i.entry.Definition, i.entry.Config)
}

// begin starts the instance, if necessary after its previous run has stopped.
func (i *instance) begin() {
	i.startedOnce.Clear()
	i.declare()
	if i.run != nil && !i.run.Done() {
		i.beginAfterRun()
		return
	}
	i.stopping = false
	i.health.Reset(host.Degraded, starting)
	i.publishHealth()
	i.run = i.daemon.loop.Go("run", i.supervise, scheduler.Owner(i.entry.Name))
}

// supervise runs the instance until it is stopped: whatever ends a run, it is started
// again after a pause.
func (i *instance) supervise(t *scheduler.Task) error {
	pause := host.NewBackoff(i.daemon.clock, i.entry.Name)
	for {
		err := i.runOnce(t)
		if errors.Is(err, scheduler.ErrCancelled) {
			return err
		}
		if i.stopping {
			return nil // the cancellation came while the run was ending, which consumed it
		}
		i.failed(err)
		if i.entry.OnError == config.Fail && !i.trial {
			i.log.Error("plugin failed; exiting (on_error: fail)", logs.ID(logs.InstanceFailed), "err", err)
			i.daemon.failure = fmt.Errorf("%s: %w", i.entry.Name, err)
			i.daemon.Stop()
			return nil
		}
		if i.upSince != 0 && t.Now().Sub(i.upSince) > stableAfter {
			pause.Reset()
		}
		i.restarts++
		wait := pause.Next(firstPause, longPause)
		i.log.Error("plugin failed; restarting", logs.ID(logs.InstanceFailed), "err", err, "retry_in", wait.Round(time.Second))
		if err := t.Sleep(wait); err != nil {
			return err
		}
	}
}

const (
	// The pauses between the runs of an instance that fails.
	firstPause = time.Second
	longPause  = time.Minute
	// stableAfter is how long a run must last for the next pause to be short again.
	stableAfter = 2 * time.Minute
	// startTimeout limits a plugin's Start: more than udev and a slow disk need,
	// and less than systemd's timeout for the daemon.
	startTimeout = 30 * time.Second
	// okAfter is how long an instance that failed must run to be ok again, so that
	// one which keeps failing is not reported as ok in between.
	okAfter = 5 * time.Second
)

// runOnce makes, starts, runs and stops the plugin. It returns why the run ended.
func (i *instance) runOnce(t *scheduler.Task) error {
	self := i.host()
	i.self = self
	var plugin plugins.Plugin
	i.upSince = 0
	err := t.Group(func(g *scheduler.Group) error {
		self.Tasks = g
		start := g.Go("start", func(t *scheduler.Task) (err error) {
			if plugin, err = i.entry.Definition.New(self, i.entry.Config); err != nil {
				return err
			}
			return plugin.Start(t)
		})
		err := t.Timeout(startTimeout, func() error { return t.Join(start) })
		switch {
		case errors.Is(err, scheduler.ErrTimeout):
			err = fmt.Errorf("start did not finish within %v", startTimeout)
			i.failed(err) // now, since a start that ignores cancellation never ends
			return err
		case err != nil:
			return err
		}
		i.up(plugin)
		if err := i.untilPanic(t); err != nil {
			if !i.stopping { // it stays so if a task ignores its cancellation
				i.health.Failed(errors.New("a task failed; stopping the others"))
			}
			return err
		}
		return i.handlerPanic
	})
	i.plugin = nil
	i.daemon.bus.Down(i.entry.Name, "stopping")
	_ = t.Yield() // receives a cancel that a failure has outranked, so that it does not interrupt the stop
	if plugin != nil {
		if err := t.Timeout(stopTimeout, func() error { return i.asChild(t, "stop", plugin.Stop) }); err != nil {
			i.log.Warn("plugin stop failed", "err", err)
		}
	}
	if err := self.Board.Close(t); err != nil {
		i.log.Warn("closing board resources failed", "err", err)
	}
	return err
}

// failed publishes that the instance does not run, and why.
func (i *instance) failed(err error) {
	i.health.Failed(err)
	i.daemon.bus.Down(i.entry.Name, err.Error())
	i.startedOnce.Set()
}

// up publishes that the instance runs. One that has failed before is ok only after it
// has run for a while.
func (i *instance) up(plugin plugins.Plugin) {
	i.plugin, i.handlerPanic, i.upSince, i.trial = plugin, nil, i.daemon.loop.Now(), false
	i.panicked.Clear()
	i.daemon.bus.Up(i.entry.Name)
	if i.health.Why == starting {
		// A start is not logged as a recovery. What the instance lacks it has
		// reported itself.
		i.health.Reset(host.OK, "")
		i.publishHealth()
		i.daemon.notify.status(i.daemon.status())
	}
	i.startedOnce.Set()
}

// untilPanic waits until an action handler has panicked.
func (i *instance) untilPanic(t *scheduler.Task) error {
	if i.health.Condition == host.Failed {
		err := t.Timeout(okAfter, func() error { return i.panicked.Wait(t) })
		if !errors.Is(err, scheduler.ErrTimeout) {
			return err
		}
		if i.health.Condition == host.Failed {
			i.health.OK()
		}
	}
	return i.panicked.Wait(t)
}

// asChild calls a function of the plugin in a task of its own, so that a panic in it
// becomes an error.
func (i *instance) asChild(t *scheduler.Task, name string, do scheduler.Func) error {
	return t.Group(func(g *scheduler.Group) error {
		g.Go(name, do, scheduler.Owner(i.entry.Name))
		return nil
	})
}

// host returns what one run of the instance gets from the daemon.
func (i *instance) host() *host.Instance {
	d := i.daemon
	i.board = gpio.NewBoard(d.board, d.claims, i.entry.Name)
	return &host.Instance{
		Name:       i.entry.Name,
		Definition: i.entry.Definition,
		Log:        i.log,
		Loop:       d.loop,
		Clock:      d.clock,
		Board:      i.board,
		Health:     i.health,
		Meter:      i.meter,
		Storage:    d.options.State(i.entry.Name),
		Net:        d.options.Net,
		Bus:        d.bus,
	}
}

func (i *instance) healthChanged(h *host.Health) {
	switch h.Condition {
	case host.OK:
		i.log.Info("ok")
	case host.Degraded:
		i.log.Warn("degraded", logs.ID(logs.InstanceDegraded), "err", h.Why)
	case host.Failed: // supervise logs it, with the whole error
	}
	i.publishHealth()
	i.daemon.notify.status(i.daemon.status())
}

func (i *instance) publishHealth() { i.daemon.bus.PublishHealth(i.entry.Name, i.health) }
