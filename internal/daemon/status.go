package daemon

import (
	"context"
	"fmt"
	"strings"
	"time"

	"ptvd/internal/host"
	"ptvd/internal/scheduler"
)

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

// Uptime returns how long the daemon has been running.
func (d *Daemon) Uptime() time.Duration {
	return d.loop.Now().Sub(d.started).Round(time.Millisecond)
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
		i.log.LogAttrs(context.Background(), 0, "instance", i.attributes()...)
	}
	d.log.Info("loop", "status", d.status(), "uptime", d.Uptime(), "wakeups", snapshot.Wakeups, "workers", snapshot.Workers)
}
