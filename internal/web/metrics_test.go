package web

import (
	"runtime"
	"strings"
	"testing"

	"ptvd/plugins/topics"
)

// figures is a state with figures of every kind.
func figures() State {
	return State{
		Clock: &Clock{Synchronized: true, SystemError: -0.25},
		Topics: []Topic{
			{
				Envelope: topics.Envelope{Instance: "trains", Topic: "departures", Type: "departures"}, Doc: "the next departures",
				Figures: map[string]float64{"departures_age_seconds": 12.5},
				Help:    map[string]string{"departures_age_seconds": "Age of\n the \\ reply."},
			},
			{Envelope: topics.Envelope{Instance: "trams", Topic: "departures", Type: "departures"}},
			{Envelope: topics.Envelope{Instance: "trams", Topic: "gauge"}, GoType: "main.Gauge", Figures: map[string]float64{"gauge": 1}},
			{Envelope: topics.Envelope{Instance: "thermo", Topic: "inside", Type: "reading"}, GoType: "topics.Reading", Figures: map[string]float64{"reading": 21.4}},
			{Envelope: topics.Envelope{Instance: "thermo", Topic: "outside", Type: "reading"}, GoType: "topics.Reading", Figures: map[string]float64{"reading": -3}},
		},
		Instances: []Instance{{
			Name: "trains", Plugin: "ptv", Health: "degraded", Restarts: 2,
			Meter: map[string]float64{"fetches_ok_total": 7, "jobs_total": 2, "no name": 1},
			Help:  map[string]string{"fetches_ok_total": "Requests that were answered.", "jobs_total": ""},
		}},
		Loop: &Loop{SPIBytes: 4096, I2CTransfers: 3, I2CBytes: 6, UARTTransfers: 2, UARTBytes: 9, Tasks: []Task{{
			Instance: "trains", Name: "a \"fetch\"é", Runs: 9, Longest: 0.002,
			Late: Histogram{Bounds: []float64{0.001, 1}, Below: []uint64{3, 4}, Count: 5, Sum: 2.5},
		}}},
		Daemon: &Daemon{Version: "1.2.3"},
	}
}

func TestMetricsAreTheFiguresOfTheState(t *testing.T) {
	text := ask(serve(t, (&board{state: figures()}).options()), "GET", "/metrics", "").Body.String()
	for _, want := range []string{
		"# TYPE ptvd_fetches_ok_total counter\nptvd_fetches_ok_total{instance=\"trains\"} 7\n",
		`ptvd_instance_health{instance="trains",plugin="ptv",health="degraded"} 1`,
		`ptvd_instance_health{instance="trains",plugin="ptv",health="ok"} 0`,
		`ptvd_instance_restarts_total{instance="trains"} 2`,
		"# HELP ptvd_departures_age_seconds Age of the \\\\ reply.\n",
		`ptvd_departures_age_seconds{instance="trains"} 12.5`,
		`ptvd_gauge{instance="trams"} 1`,
		`ptvd_reading{instance="thermo",topic="inside"} 21.4`,
		`ptvd_reading{instance="thermo",topic="outside"} -3`,
		`ptvd_clock_system_error_seconds -0.25`,
		`ptvd_spi_bytes_total 4096`,
		"ptvd_i2c_transfers_total 3\n", "ptvd_i2c_bytes_total 6\n", "ptvd_uart_transfers_total 2\n", "ptvd_uart_bytes_total 9\n",
		`ptvd_task_runs_total{instance="trains",task="a \"fetch\"é"} 9`,
		"# TYPE ptvd_task_lateness_seconds histogram\n" +
			`ptvd_task_lateness_seconds_bucket{instance="trains",task="a \"fetch\"é",le="0.001"} 3` + "\n" +
			`ptvd_task_lateness_seconds_bucket{instance="trains",task="a \"fetch\"é",le="1"} 4` + "\n" +
			`ptvd_task_lateness_seconds_bucket{instance="trains",task="a \"fetch\"é",le="+Inf"} 5` + "\n" +
			`ptvd_task_lateness_seconds_sum{instance="trains",task="a \"fetch\"é"} 2.5` + "\n" +
			`ptvd_task_lateness_seconds_count{instance="trains",task="a \"fetch\"é"} 5` + "\n",
		`ptvd_build_info{version="1.2.3",goversion="` + runtime.Version() + `"} 1`,
		"# TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes ",
		"# HELP process_cpu_seconds_total CPU time of the process.\n",
		"# HELP ptvd_fetches_ok_total Requests that were answered.\n",
		"# HELP ptvd_jobs_total jobs\n",
		"# HELP ptvd_spi_bytes_total Bytes transferred over SPI.\n",
		"# TYPE ptvd_task_longest_step_seconds gauge\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("missing: %s", want)
		}
	}
	if strings.Contains(text, "no name") || strings.Contains(text, `departures_age_seconds{instance="trams"`) {
		t.Errorf("unexpected figures:\n%s", text)
	}
}
