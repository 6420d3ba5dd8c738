package daemon

import (
	"context"
	"encoding/json"
	"io"
	"strings"
	"syscall"
	"time"

	"ptvd/internal/host"
	"ptvd/internal/scheduler"
)

// Report sums up in figures what a daemon did. Times are in nanoseconds.
type Report struct {
	Uptime    int64              `json:"uptime_ns"`
	Tasks     []TaskReport       `json:"tasks"`
	Instances []InstanceReport   `json:"instances"`
	SPI       SPIReport          `json:"spi"`
	Totals    map[string]float64 `json:"totals"` // of the instances' counters
	Process   ProcessReport      `json:"process"`
}

// TaskReport sums up all tasks of one name.
type TaskReport struct {
	Instance string `json:"instance"`
	Name     string `json:"name"`
	Runs     uint64 `json:"runs"`
	Missed   uint64 `json:"missed"`
	Total    int64  `json:"total_ns"`
	Longest  int64  `json:"longest_ns"`
	// Lateness is the delay of sleeps and ticks after they were due.
	LatenessP50 int64 `json:"lateness_p50_ns"`
	LatenessP99 int64 `json:"lateness_p99_ns"`
	LatenessMax int64 `json:"lateness_max_ns"`
}

// InstanceReport describes an instance.
type InstanceReport struct {
	Name     string             `json:"name"`
	Plugin   string             `json:"plugin"`
	Health   host.Condition     `json:"health"`
	Why      string             `json:"why,omitempty"`
	Restarts int                `json:"restarts"`
	Meter    map[string]float64 `json:"meter"` // the plugin's own figures
}

// SPIReport counts SPI transfers.
type SPIReport struct {
	Transfers uint64 `json:"transfers"` // system calls
	Bytes     uint64 `json:"bytes"`
}

// ProcessReport has the kernel's figures of the process.
type ProcessReport struct {
	UserTime            int64  `json:"user_ns"`
	SystemTime          int64  `json:"system_ns"`
	VoluntarySwitches   int64  `json:"voluntary_switches"`
	InvoluntarySwitches int64  `json:"involuntary_switches"`
	MaxMemory           int64  `json:"max_memory_bytes"`
	Wakeups             uint64 `json:"wakeups"` // of the loop
}

// Report sums up. Call it on the loop, or when Run has returned.
func (d *Daemon) Report() Report {
	snapshot := d.loop.Snapshot()
	r := Report{
		Uptime:  int64(d.loop.Now().Sub(d.started)),
		SPI:     SPIReport{d.spi.Transfers(), d.spi.Bytes()},
		Totals:  map[string]float64{},
		Process: processReport(snapshot.Wakeups),
	}
	for _, s := range snapshot.Totals {
		r.Tasks = append(r.Tasks, taskReport(s))
	}
	for _, i := range d.instances {
		figures := map[string]float64{}
		for name, value := range i.meter.All() {
			figures[name] = value
			if strings.HasSuffix(name, "_total") {
				r.Totals[name] += value
			}
		}
		r.Instances = append(r.Instances, InstanceReport{
			i.entry.Name, i.entry.Definition.Name, i.health.Condition, i.health.Why, i.restarts, figures,
		})
	}
	return r
}

func taskReport(s scheduler.Totals) TaskReport {
	return TaskReport{
		Instance: s.Owner, Name: s.Name, Runs: s.Runs, Missed: s.Missed,
		Total: int64(s.Total), Longest: int64(s.Longest),
		LatenessP50: int64(s.Late.P50), LatenessP99: int64(s.Late.P99), LatenessMax: int64(s.Late.Max),
	}
}

func processReport(wakeups uint64) ProcessReport {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return ProcessReport{Wakeups: wakeups}
	}
	return ProcessReport{
		UserTime: u.Utime.Nano(), SystemTime: u.Stime.Nano(),
		VoluntarySwitches: int64(u.Nvcsw), InvoluntarySwitches: int64(u.Nivcsw),
		MaxMemory: int64(u.Maxrss) << 10, Wakeups: wakeups,
	}
}

// Write writes the report as JSON.
func (r Report) Write(to io.Writer) error {
	encoder := json.NewEncoder(to)
	encoder.SetIndent("", "  ")
	return encoder.Encode(r)
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
