// Package daemon runs the instances of one configuration: it makes them, starts
// them, restarts each one that fails without the others, and stops them all.
//
// Everything runs on one [scheduler.Loop]. Each instance has a supervising task that
// reads in order: start, run, stop, wait, again. Reloads, systemd's watchdog and the
// web server are tasks beside those.
package daemon

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/gpio"
	"ptvd/internal/host"
	"ptvd/internal/scheduler"
	"ptvd/internal/wallclock"
	"ptvd/internal/web"
	"ptvd/plugins"
)

// Options configure a daemon.
type Options struct {
	File *config.File
	Log  *slog.Logger
	// Version and Path of the configuration file are logged at the start.
	Version, Path string

	// Board opens the board; nil means the one that the file names.
	Board func(*scheduler.Loop) (gpio.Backend, error)
	// Net is the network; the zero value is the system's.
	Net plugins.Network
	// State returns an instance's storage; nil means a subdirectory of the state
	// directory that the file names.
	State func(instance string) host.Storage
	// Clock is the loop's clock; nil means the system's.
	Clock scheduler.Clock
	// Seed shuffles tasks that are due at the same instant; see [scheduler.Options].
	Seed uint64
	// System is the operating system's civil clock; nil means the real one.
	System wallclock.System
	// Reload reads and validates the configuration again; nil means that reloads
	// are refused.
	Reload func() (*config.File, error)
	// World is the environment of a simulated board, which the web page shows and
	// changes; nil means that the board is real.
	World web.World
	// Lasts is how long the daemon runs; 0 means until it is stopped.
	Lasts time.Duration
}

// Daemon is one run of one configuration.
type Daemon struct {
	options Options
	log     *slog.Logger
	loop    *scheduler.Loop
	clock   *wallclock.Clock
	bus     *host.Bus
	claims  *gpio.Claims
	board   gpio.Backend
	stop    *scheduler.Flag
	reload  *scheduler.Flag
	failure error // that Run returns: of an instance with on_error: fail
	lock    *os.File
	blocked atomic.Pointer[scheduler.Blocked] // nil: the loop is not known to be blocked

	reloadResults []chan error // of those who wait for the outcome of the next reload
	noPage        string       // why the web server was not started
	instances     []*instance
	started       scheduler.Instant
	notify        notifier
}

// New returns a daemon that is not running yet. It does not open the board.
func New(o Options) *Daemon {
	d := &Daemon{options: o, log: o.Log, claims: gpio.NewClaims()}
	d.claims.Poll = o.File.Poll
	d.loop = scheduler.New(scheduler.Options{
		Clock:       o.Clock,
		Grace:       tasksTimeout,
		Seed:        o.Seed,
		OnBlocked:   d.reportBlocked,
		OnUnblocked: d.reportUnblocked,
		OnResume:    d.resumed,
		OnMisuse:    d.taskReporter("plugin misuses the event loop"), // and the loop corrects it
		OnError:     d.taskReporter("task failed"),                   // one without a parent to handle it
	})
	if o.System == nil {
		o.System = wallclock.SystemClock()
	}
	if o.State == nil {
		d.options.State = func(instance string) host.Storage {
			return host.StorageDir(filepath.Join(o.File.StateDir, instance))
		}
	}
	d.clock = wallclock.New(o.System, d.loop.Now, o.File.Timezone, !keepsTime(o.File))
	if o.Net.HTTP == nil {
		d.options.Net = SystemNetwork(d.clock.Estimate)
	}
	d.options.Net.Agent = "ptvd/" + cmp.Or(o.Version, "devel")
	if o.File.HTTP != nil {
		d.options.Net.Page = o.File.HTTP.Listen
	}
	d.bus = host.NewBus(d.loop.Now)
	d.stop, d.reload = scheduler.NewFlag(d.loop), scheduler.NewFlag(d.loop)
	d.bus.OnPanic, d.bus.As = d.failInstance, d.loop.RunAs
	for _, entry := range o.File.Instances {
		d.instances = append(d.instances, newInstance(d, entry))
	}
	return d
}

// keepsTime tells whether an instance synchronizes the clock. Without one, the
// system's clock is used as it is.
func keepsTime(f *config.File) bool {
	return slices.ContainsFunc(f.Instances, func(i config.Instance) bool { return i.Definition.TimeSource })
}

// Check makes every instance of a configuration without starting any, to find errors
// that the decoder cannot see. It does not open the board. The error is of type
// [config.Diagnostics]. It does not have the panics of plugins, which are added to the
// file: one of them must not keep the other instances from being started.
func Check(file *config.File) error {
	d := New(Options{File: file, Log: slog.New(slog.DiscardHandler), Clock: scheduler.NewVirtualClock(0)})
	var found config.Diagnostics
	if h := file.HTTP; h != nil && h.Token.IsLiteral() {
		token, _ := h.Token.Reveal() // it stands in the file
		if err := web.CheckToken(token); err != nil {
			found = file.Locate("http.token", err)
		}
	}
	for _, i := range d.instances {
		_, err := i.entry.Definition.New(i.host(), i.entry.Config)
		if _, panicked := errors.AsType[*scheduler.PanicError](err); panicked {
			file.Panicked(i.entry, err)
		} else if err != nil {
			found = append(found, file.Locate("plugins."+i.entry.Name, err)...)
		}
	}
	if len(found) > 0 {
		return found
	}
	return nil
}

// Stop asks the daemon to stop. Any goroutine may call it.
func (d *Daemon) Stop() { d.stop.Set() }

// Run runs the daemon until the context is done or Stop is called. The error is
// nil after a requested stop.
func (d *Daemon) Run(ctx context.Context) error {
	cancel := context.AfterFunc(ctx, d.Stop)
	defer cancel()
	defer func() { _ = d.lock.Close() }()
	return d.loop.Run(d.main)
}

func (d *Daemon) logWarnings(file *config.File) {
	for _, w := range file.Warnings {
		d.log.Warn("configuration warning", "option", w.Path, "line", w.Line, "warning", w.Message)
	}
}

func (d *Daemon) main(t *scheduler.Task) error {
	d.started = t.Now()
	d.logStart()
	board, err := scheduler.Await(t, func(context.Context) (gpio.Backend, error) { return d.openBoard() })
	if err != nil {
		return fmt.Errorf("opening the board: %w", err)
	}
	d.board = board
	d.logWarnings(d.options.File)
	defer d.serveControl()()
	for _, i := range d.instances {
		i.begin()
	}
	reload := t.Go("reload", d.reloader)
	t.Go("watchdog", d.feedWatchdog)
	t.Go("page", d.servePage)
	if err := d.untilStopped(t); err != nil {
		return err
	}
	reload.Cancel() // from here on nothing sends READY=1 or starts an instance
	d.notify.stopping()
	d.log.Info("stopping")
	if err := t.Yield(); err != nil { // so that the cancelled task ends
		return err
	}
	d.shutdown(t)
	d.log.Info("stopped", "ran_for", t.Now().Sub(d.started).Round(time.Millisecond))
	return d.failure
}

// untilStopped waits until Stop is called or Options.Lasts has passed.
func (d *Daemon) untilStopped(t *scheduler.Task) error {
	if d.options.Lasts == 0 {
		return d.stop.Wait(t)
	}
	err := t.Timeout(d.options.Lasts, func() error { return d.stop.Wait(t) })
	if errors.Is(err, scheduler.ErrTimeout) {
		return nil
	}
	return err
}

// announce sends READY=1 to systemd once every instance runs or is being retried.
func (d *Daemon) announce(t *scheduler.Task) error {
	for _, i := range d.instances {
		if err := i.startedOnce.Wait(t); err != nil {
			return err
		}
	}
	d.notify.ready(d.status())
	d.log.Info("ready", "status", d.status())
	return nil
}

// feedWatchdog sends WATCHDOG=1 from the event loop itself, so that systemd restarts
// the daemon if the loop is blocked.
func (d *Daemon) feedWatchdog(t *scheduler.Task) error {
	interval := d.notify.watchdogInterval()
	if interval == 0 {
		return nil
	}
	for range t.Every(interval / 2) {
		d.notify.watchdog()
	}
	return nil
}

// failInstance ends the run of the instance whose action handler panicked.
func (d *Daemon) failInstance(name string, err error) {
	if i := d.find(name); i != nil {
		i.handlerPanic = err
		i.panicked.Set()
	}
}

// resumed handles that the machine was suspended. The loop's clock includes that time,
// so data have expired by themselves, and what was due is due now.
func (d *Daemon) resumed(suspended time.Duration) {
	d.log.Info("system resumed from suspend", "suspended_for", suspended.Round(time.Second))
	d.clock.Resume()
}

func (d *Daemon) taskReporter(message string) func(*scheduler.Task, error) {
	return func(t *scheduler.Task, err error) {
		d.log.Error(message, "plugin", t.Owner(), "task", t.Name(), "err", err)
	}
}
