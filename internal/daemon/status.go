package daemon

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"ptvd/internal/config"
	"ptvd/internal/host"
	"ptvd/internal/logs"
	"ptvd/internal/scheduler"
)

// logStart logs what somebody who reads the log of another machine has to ask for first.
func (d *Daemon) logStart() {
	file := d.options.File
	log := d.log.With("version", d.options.Version)
	if d.options.Path != "" {
		log = log.With("config", d.options.Path)
	}
	board := "simulated"
	if d.options.Board == nil && file.Board != config.Simulated {
		board = boardModel("/sys/firmware/devicetree/base/model")
	}
	var plugins []string
	for _, i := range file.Instances {
		plugins = append(plugins, i.Name+" ("+i.Definition.Name+")")
	}
	log.Info("starting", "board", board, "kernel", kernel(), "timezone", file.Timezone.String(), "plugins", strings.Join(plugins, ", "))
}

// boardModel reads the model from the device tree, which only boards have.
func boardModel(path string) string {
	model, err := os.ReadFile(path)
	if err != nil {
		return "unknown (no device tree)"
	}
	return string(bytes.TrimRight(model, "\x00"))
}

func kernel() string {
	var name unix.Utsname
	_ = unix.Uname(&name) // cannot fail
	return unix.ByteSliceToString(name.Release[:])
}

// status returns the health of all instances in one line: "4/5 ok; trains: HTTP 503".
func (d *Daemon) status() string {
	var ok int
	var problems []string
	for _, i := range d.instances {
		if i.health.Condition == host.OK {
			ok++
			continue
		}
		problems = append(problems, i.entry.Name+": "+i.health.Why)
	}
	if d.noPage != "" {
		problems = append(problems, "web server: "+d.noPage)
	}
	return strings.Join(append([]string{fmt.Sprintf("%d/%d ok", ok, len(d.instances))}, problems...), "; ")
}

// LogSnapshot logs the state of every task and instance. Any goroutine may call it.
func (d *Daemon) LogSnapshot() {
	d.loop.Post(func() { d.loop.RunAs("", "snapshot", d.logSnapshot) })
}

func (d *Daemon) logSnapshot() {
	snapshot := d.loop.Snapshot()
	totals := map[[2]string]scheduler.Totals{}
	for _, s := range snapshot.Totals {
		totals[[2]string{s.Owner, s.Name}] = s
	}
	for _, t := range snapshot.Tasks {
		line := d.log.With("plugin", t.Owner, "task", t.Name, "state", t.State)
		if t.Due != scheduler.Never {
			line = line.With("due_in", t.Due.Sub(snapshot.At).Round(time.Millisecond))
		}
		s := totals[[2]string{t.Owner, t.Name}]
		line.Info("task", "runs", s.Runs, "total", s.Total, "longest", s.Longest,
			"missed", s.Missed, "late_p50", s.Late.P50, "late_p99", s.Late.P99, "late_max", s.Late.Max)
	}
	for _, i := range d.instances {
		attributes := []slog.Attr{
			slog.String("health", string(i.health.Condition)),
			slog.Duration("since", d.loop.Now().Sub(i.health.Since).Round(time.Second)),
			slog.Int("restarts", i.restarts),
		}
		if i.health.Why != "" {
			attributes = append(attributes, slog.String("err", i.health.Why))
		}
		figures := i.meter.All()
		for _, name := range slices.Sorted(maps.Keys(figures)) {
			attributes = append(attributes, slog.Float64(name, figures[name]))
		}
		i.log.LogAttrs(context.Background(), slog.LevelInfo, "instance", attributes...)
	}
	d.log.Info("loop", "status", d.status(), "uptime", snapshot.At.Sub(d.started).Round(time.Millisecond),
		"wakeups", snapshot.Wakeups, "workers", snapshot.Workers)
}

const (
	// blockedError is the length of a step from which on it is an error, since
	// people notice it.
	blockedError = time.Second
	// degradedFor is how long an instance stays degraded after such a step.
	degradedFor = time.Minute
)

// reportBlocked logs, while a step still runs, that it blocks the event loop.
func (d *Daemon) reportBlocked(h scheduler.Blocked) {
	d.blocked.Store(&h)
	if isStarved(h) {
		d.log.Warn("machine starved: no CPU time for the event loop", logs.ID(logs.MachineStarved), "waited_for", h.Starved.Round(time.Millisecond))
		return
	}
	log := d.log.With("plugin", h.Owner, "task", h.Name, "blocked_for", h.For.Round(time.Millisecond), "stack", string(h.Stack))
	if h.For < blockedError {
		log.Warn("event loop delayed by task")
		return
	}
	log.Error("event loop blocked by task", logs.ID(logs.LoopBlocked))
}

// isStarved reports whether the code that was running is not to blame: other processes
// had the CPU.
func isStarved(h scheduler.Blocked) bool { return h.Starved > h.For/2 }

// LogAbort logs that the process was told to abort, as systemd does when the watchdog
// was not fed, and what blocks the event loop. Any goroutine may call it.
func (d *Daemon) LogAbort() {
	log := d.log
	switch h := d.blocked.Load(); {
	case h != nil && isStarved(*h):
		log = log.With("err", "no CPU time for the event loop", "waited_for", h.Starved.Round(time.Millisecond))
	case h != nil:
		log = log.With("plugin", h.Owner, "task", h.Name, "stack", string(h.Stack))
	}
	log.Error("aborted by SIGABRT", logs.ID(logs.LoopBlocked))
}

// reportUnblocked logs how long the step took in all. Short ones may come every
// second, so they are logged at the debug level only.
func (d *Daemon) reportUnblocked(h scheduler.Blocked) {
	d.blocked.Store(nil)
	log := d.log.With("plugin", h.Owner, "task", h.Name, "blocked_for", h.For.Round(time.Millisecond))
	if h.For < blockedError {
		log.Debug("event loop responsive again")
		return
	}
	if isStarved(h) {
		d.log.Info("event loop responsive again", "waited_for", h.Starved.Round(time.Millisecond))
		return
	}
	log.Info("event loop responsive again")
	if i := d.find(h.Owner); i != nil {
		i.degradeForBlocking(h.For)
	}
}

// degradeForBlocking marks the instance as degraded until it has not blocked the loop
// for a while.
func (i *instance) degradeForBlocking(d time.Duration) {
	isWaiting := i.degradedUntil != 0
	i.degradedUntil = i.daemon.loop.Now().Add(degradedFor)
	i.health.Observe(fmt.Sprintf("blocked the event loop for %.1f s", d.Seconds()))
	if isWaiting {
		return
	}
	i.daemon.loop.Go("degraded", func(t *scheduler.Task) error {
		for t.Now() < i.degradedUntil {
			if err := t.SleepUntil(i.degradedUntil); err != nil {
				return err
			}
		}
		i.degradedUntil = 0
		i.health.Observe("")
		return nil
	}, scheduler.Owner(i.entry.Name))
}
