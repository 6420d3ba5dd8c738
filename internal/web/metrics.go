package web

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"runtime"
	"strconv"
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
	figures := exposition{metrics.NewSet(), map[string]string{}}
	figures.all(state)
	figures.own("web_clients", "Clients of /events, such as open browser pages.", float64(s.Clients()))
	if d := state.Daemon; d != nil {
		figures.own("build_info", "1, with the version of ptvd and of Go.", 1, "version", d.Version, "goversion", runtime.Version())
	}
	var text bytes.Buffer
	figures.WritePrometheus(&text)
	if state.Loop != nil {
		writeLateness(&text, state.Loop.Tasks)
	}
	metrics.WriteProcessMetrics(&text)
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	for line := range bytes.Lines(text.Bytes()) {
		w.Write(figures.complete(line))
	}
}

// exposition collects the figures of one answer.
type exposition struct {
	*metrics.Set
	help map[string]string // by the names of the figures
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
	counts := strings.HasSuffix(name, "_total")
	name = "ptvd_" + name + withLabels(labels)
	if counts {
		e.GetOrCreateFloatCounter(name).Set(value)
	} else {
		e.GetOrCreateGauge(name, nil).Set(value)
	}
}

// own sets a figure of the daemon itself, with its description.
func (e exposition) own(name, help string, value float64, labels ...string) {
	e.set(name, value, labels...)
	e.help[name] = help
}

func withLabels(labels []string) (text string) {
	for i := 0; i < len(labels); i += 2 {
		text += string("{,"[min(i, 1)]) + labels[i] + `="` + labelEscaper.Replace(labels[i+1]) + `"`
	}
	if len(labels) > 0 {
		text += "}"
	}
	return text
}

func (e exposition) all(s State) {
	for _, i := range s.Instances {
		for _, health := range []string{"ok", "degraded", "failed"} {
			e.own("instance_health", "1 for the instance's present health, 0 for the others.", boolean(i.Health == health),
				"instance", i.Name, "plugin", i.Plugin, "health", health)
		}
		e.own("instance_restarts_total", "Restarts of the instance after failures.", float64(i.Restarts), "instance", i.Name)
		for name, value := range i.Meter {
			e.set(name, value, "instance", i.Name)
			e.explain(name, i.Help[name])
		}
	}
	e.topics(s.Topics)
	if c := s.Clock; c != nil {
		e.own("clock_known", "1 if the time is synchronized.", boolean(c.Synchronized))
		e.own("clock_system_error_seconds", "How far the system clock is ahead of the synchronized time.", c.SystemError)
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
			e.explain(name, t.Help[name])
		}
	}
}

// explain keeps what a plugin says about a figure.
func (e exposition) explain(name, help string) {
	if help = strings.Join(strings.Fields(help), " "); help != "" {
		e.help[name] = strings.ReplaceAll(help, `\`, `\\`)
	}
}

func (e exposition) loop(l Loop) {
	e.own("uptime_seconds", "Time since the start.", l.Uptime)
	e.own("loop_wakeups_total", "Wake-ups of the event loop.", float64(l.Wakeups))
	e.own("loop_workers", "Blocking calls that run beside the event loop now.", float64(l.Workers))
	e.own("spi_transfers_total", "SPI transfers.", float64(l.SPITransfers))
	e.own("spi_bytes_total", "Bytes transferred over SPI.", float64(l.SPIBytes))
	e.own("i2c_transfers_total", "I2C transfers.", float64(l.I2CTransfers))
	e.own("i2c_bytes_total", "Bytes transferred over I2C.", float64(l.I2CBytes))
	e.own("uart_transfers_total", "Reads and writes of serial ports.", float64(l.UARTTransfers))
	e.own("uart_bytes_total", "Bytes transferred over serial ports.", float64(l.UARTBytes))
	e.help["task_lateness_seconds"] = "Delay of sleeps and ticks after they were due." // which writeLateness writes
	for _, t := range l.Tasks {
		task := []string{"instance", t.Instance, "task", t.Name}
		e.own("task_live", "Running tasks of this name.", float64(t.Live), task...)
		e.own("task_runs_total", "Steps of the task.", float64(t.Runs), task...)
		e.own("task_seconds_total", "Time that the task used on the event loop.", t.Total, task...)
		e.own("task_missed_ticks_total", "Ticks skipped because they were too late.", float64(t.Missed), task...)
		e.own("task_longest_step_seconds", "Longest step of the task.", t.Longest, task...)
	}
}

// writeLateness writes a histogram for each task that has slept. The library's own
// histograms count by themselves, whereas the loop counted these.
func writeLateness(w io.Writer, tasks []Task) {
	const name = "ptvd_task_lateness_seconds"
	metrics.WriteMetadataIfNeeded(w, name, "histogram")
	for _, t := range tasks {
		if t.Late.Count == 0 {
			continue
		}
		labels := []string{"instance", t.Instance, "task", t.Name}
		for i, bound := range t.Late.Bounds {
			le := strconv.FormatFloat(bound, 'g', -1, 64)
			fmt.Fprintf(w, "%s_bucket%s %d\n", name, withLabels(append(labels, "le", le)), t.Late.Below[i])
		}
		fmt.Fprintf(w, "%s_bucket%s %d\n", name, withLabels(append(labels, "le", "+Inf")), t.Late.Count)
		fmt.Fprintf(w, "%s_sum%s %g\n%s_count%s %d\n", name, withLabels(labels), t.Late.Sum, name, withLabels(labels), t.Late.Count)
	}
}

// processHelp describes the figures of the process that are exposed, by their names.
var processHelp = map[string]string{
	"process_cpu_seconds_total":     "CPU time of the process.",
	"process_max_fds":               "Limit of open file descriptors.",
	"process_num_threads":           "Threads of the process.",
	"process_open_fds":              "Open file descriptors.",
	"process_resident_memory_bytes": "Resident memory.",
	"process_start_time_seconds":    "Start of the process in Unix time, by the system clock.",
	"process_virtual_memory_bytes":  "Virtual memory.",
}

func boolean(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// complete returns a line of the exposition, with a help text where there is room for one;
// nil: it is about a figure of the process that is named against the rules of the format.
func (e exposition) complete(line []byte) []byte {
	full, isHelp := strings.CutPrefix(strings.TrimSpace(string(line)), "# HELP ")
	figure, _, _ := strings.Cut(strings.TrimPrefix(full, "# TYPE "), " ")
	name, isOwn := strings.CutPrefix(figure, "ptvd_")
	switch {
	case !isOwn && processHelp[figure] == "":
		return nil
	case !isHelp:
		return line
	}
	words := strings.ReplaceAll(strings.TrimSuffix(name, "_total"), "_", " ")
	return fmt.Appendf(nil, "# HELP %s %s\n", full, cmp.Or(processHelp[full], e.help[name], words))
}
