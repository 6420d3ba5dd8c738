package web

import (
	"bytes"
	"net/http"
	"regexp"
	"strings"

	"github.com/VictoriaMetrics/metrics"
)

func init() { metrics.ExposeMetadata(true) }

// metrics writes the state's figures in the text format of Prometheus.
func (s *Server) metrics(w http.ResponseWriter, r *http.Request) {
	state, ok := s.ask(w, r)
	if !ok {
		return
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	figures := exposition{metrics.NewSet()}
	figures.all(state)
	figures.set("web_clients", float64(s.Clients()))
	var text bytes.Buffer
	figures.WritePrometheus(&text)
	for line := range bytes.Lines(text.Bytes()) {
		w.Write(explain(line))
	}
}

// exposition is one answer in the making.
type exposition struct{ *metrics.Set }

// escape is all that the format escapes in a label's value.
var escape = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

var metricName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

// set adds a figure, with pairs of a label's name and value. A name ending in
// _total is that of a counter. What is no name is left out: a plugin may call a
// figure whatever it likes.
func (e exposition) set(name string, value float64, labels ...string) {
	if !metricName.MatchString(name) {
		return
	}
	name = "ptvd_" + name
	counts := strings.HasSuffix(name, "_total")
	for i := 0; i < len(labels); i += 2 {
		name += string("{,"[min(i, 1)]) + labels[i] + `="` + escape.Replace(labels[i+1]) + `"`
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
			e.set("instance_health", truth(i.Health == health), "instance", i.Name, "plugin", i.Plugin, "health", health)
		}
		e.set("instance_restarts_total", float64(i.Restarts), "instance", i.Name)
		for name, value := range i.Meter {
			e.set(name, value, "instance", i.Name)
		}
	}
	for _, d := range s.Departures {
		if d.Age >= 0 {
			e.set("departures_age_seconds", d.Age, "instance", d.Instance)
		}
	}
	for _, l := range s.Lamps {
		e.set("lamp_duty_ratio", l.Duty, "instance", l.Instance)
	}
	if c := s.Clock; c != nil {
		e.set("clock_known", truth(c.Known))
		e.set("clock_system_error_seconds", c.SystemError)
	}
	if s.Loop != nil {
		e.loop(*s.Loop)
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

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}
