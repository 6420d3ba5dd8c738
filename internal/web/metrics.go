package web

import (
	"bytes"
	"cmp"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/VictoriaMetrics/metrics"
)

func init() { metrics.ExposeMetadata(true) }

// metrics answers with the state's figures in the Prometheus text format.
func (s *Server) metrics(w http.ResponseWriter, r *http.Request) {
	state, ok := s.snapshot(w, r)
	if !ok {
		return
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	figures := exposition{metrics.NewSet(), map[string]string{}}
	figures.all(state)
	figures.set("web_clients", float64(s.Clients()))
	var text bytes.Buffer
	figures.WritePrometheus(&text)
	for line := range bytes.Lines(text.Bytes()) {
		w.Write(figures.withHelp(line))
	}
}

// exposition collects the figures of one answer.
type exposition struct {
	*metrics.Set
	docs map[string]string // of the figures of topics, by their names
}

// labelEscaper escapes a label's value as the format requires.
var labelEscaper = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

var metricName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

// set adds a figure with labels, given as pairs of name and value. A name ending in
// _total makes it a counter. A plugin may choose any name for a figure; one that is
// not a valid metric name is left out.
func (e exposition) set(name string, value float64, labels ...string) {
	if !metricName.MatchString(name) {
		return
	}
	name = "ptvd_" + name
	counts := strings.HasSuffix(name, "_total")
	for i := 0; i < len(labels); i += 2 {
		name += string("{,"[min(i, 1)]) + labels[i] + `="` + labelEscaper.Replace(labels[i+1]) + `"`
	}
	if len(labels) > 0 {
		name += "}"
	}
	if counts {
		e.GetOrCreateFloatCounter(name).Set(value)
	} else {
		e.GetOrCreateGauge(name, nil).Set(value)
	}
}

func (e exposition) all(s State) {
	for _, i := range s.Instances {
		for _, health := range []string{"ok", "degraded", "failed"} {
			e.set("instance_health", boolean(i.Health == health), "instance", i.Name, "plugin", i.Plugin, "health", health)
		}
		e.set("instance_restarts_total", float64(i.Restarts), "instance", i.Name)
		for name, value := range i.Meter {
			e.set(name, value, "instance", i.Name)
		}
	}
	e.topics(s.Topics)
	if c := s.Clock; c != nil {
		e.set("clock_known", boolean(c.Synchronized))
		e.set("clock_system_error_seconds", c.SystemError)
	}
	if s.Loop != nil {
		e.loop(*s.Loop)
	}
}

// topics sets the figures of payloads. Where an instance has several topics of one type,
// a label tells them apart.
func (e exposition) topics(all []Topic) {
	type kind struct{ instance, goType string }
	count := map[kind]int{}
	for _, t := range all {
		count[kind{t.Instance, t.GoType}]++
	}
	for _, t := range all {
		labels := []string{"instance", t.Instance}
		if count[kind{t.Instance, t.GoType}] > 1 {
			labels = append(labels, "topic", t.Topic)
		}
		for name, value := range t.Figures {
			e.set(name, value, labels...)
			e.docs[name] = strings.Join(strings.Fields(t.Doc), " ")
		}
	}
}

func (e exposition) loop(l Loop) {
	e.set("uptime_seconds", l.Uptime)
	e.set("loop_wakeups_total", float64(l.Wakeups))
	e.set("loop_workers", float64(l.Workers))
	e.set("spi_transfers_total", float64(l.SPITransfers))
	e.set("spi_bytes_total", float64(l.SPIBytes))
	for _, t := range l.Tasks {
		task := []string{"instance", t.Instance, "task", t.Name}
		e.set("task_live", float64(t.Live), task...)
		e.set("task_runs_total", float64(t.Runs), task...)
		e.set("task_seconds_total", t.Total, task...)
		e.set("task_missed_ticks_total", float64(t.Missed), task...)
		e.set("task_longest_step_seconds", t.Longest, task...)
		for quantile, value := range map[string]float64{"0.5": t.LateP50, "0.99": t.LateP99, "1": t.LateMax} {
			e.set("task_lateness_seconds", value, append(task, "quantile", quantile)...)
		}
	}
}

func boolean(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// help describes each figure, by its name without the prefix.
var help = map[string]string{
	"web_clients":                "Clients of /events, such as open browser pages.",
	"instance_health":            "1 for the instance's present health, 0 for the others.",
	"instance_restarts_total":    "Restarts of the instance after failures.",
	"clock_known":                "1 if the time is synchronized.",
	"clock_system_error_seconds": "How far the system clock is ahead of the synchronized time.",
	"uptime_seconds":             "Time since the start.",
	"loop_wakeups_total":         "Wake-ups of the event loop.",
	"loop_workers":               "Blocking calls that run beside the event loop now.",
	"spi_transfers_total":        "SPI transfers.",
	"spi_bytes_total":            "Bytes transferred over SPI.",
	"task_live":                  "Running tasks of this name.",
	"task_runs_total":            "Steps of the task.",
	"task_seconds_total":         "Time that the task used on the event loop.",
	"task_missed_ticks_total":    "Ticks skipped because they were too late.",
	"task_longest_step_seconds":  "Longest step of the task.",
	"task_lateness_seconds":      "Delay of sleeps and ticks after they were due.",
}

// withHelp completes a line of the exposition that has room for a help text.
func (e exposition) withHelp(line []byte) []byte {
	name, ok := bytes.CutPrefix(bytes.TrimSpace(line), []byte("# HELP ptvd_"))
	if !ok {
		return line
	}
	return fmt.Appendf(nil, "# HELP ptvd_%s %s\n", name, cmp.Or(help[string(name)], e.docs[string(name)], "A figure of the plugin."))
}
