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
	d.log.Info("loop", "status", d.status(), "uptime", snapshot.At.Sub(d.started).Round(time.Millisecond), "wakeups", snapshot.Wakeups, "workers", snapshot.Workers)
}
