package web

import (
	"strings"
	"testing"

	"ptvd/plugins/topics"
)

func TestMetricsAreTheFiguresOfTheState(t *testing.T) {
	b := &board{state: State{
		Clock: &Clock{Synchronized: true, SystemError: -0.25},
		Topics: []Topic{
			{Envelope: topics.Envelope{Instance: "trains", Topic: "departures", Type: "departures"}, Doc: "the next departures", Figures: map[string]float64{"departures_age_seconds": 12.5}},
			{Envelope: topics.Envelope{Instance: "trams", Topic: "departures", Type: "departures"}},
			{Envelope: topics.Envelope{Instance: "trams", Topic: "gauge"}, GoType: "main.Gauge", Figures: map[string]float64{"gauge": 1}},
			{Envelope: topics.Envelope{Instance: "thermo", Topic: "inside", Type: "reading"}, GoType: "topics.Reading", Figures: map[string]float64{"reading": 21.4}},
			{Envelope: topics.Envelope{Instance: "thermo", Topic: "outside", Type: "reading"}, GoType: "topics.Reading", Figures: map[string]float64{"reading": -3}},
		},
		Instances: []Instance{{
			Name: "trains", Plugin: "ptv", Health: "degraded", Restarts: 2,
			Meter: map[string]float64{"fetches_ok_total": 7, "no name": 1},
		}},
		Loop: &Loop{SPIBytes: 4096, Tasks: []Task{{Instance: "trains", Name: "a \"fetch\"é", Runs: 9, Longest: 0.002, LateP99: 0.5}}},
	}}
	text := ask(serve(t, b.options()), "GET", "/metrics", "").Body.String()
	for _, want := range []string{
		"# TYPE ptvd_fetches_ok_total counter\nptvd_fetches_ok_total{instance=\"trains\"} 7\n",
		`ptvd_instance_health{instance="trains",plugin="ptv",health="degraded"} 1`,
		`ptvd_instance_health{instance="trains",plugin="ptv",health="ok"} 0`,
		`ptvd_instance_restarts_total{instance="trains"} 2`,
		"# HELP ptvd_departures_age_seconds the next departures\n",
		`ptvd_departures_age_seconds{instance="trains"} 12.5`,
		`ptvd_gauge{instance="trams"} 1`,
		`ptvd_reading{instance="thermo",topic="inside"} 21.4`,
		`ptvd_reading{instance="thermo",topic="outside"} -3`,
		`ptvd_clock_system_error_seconds -0.25`,
		`ptvd_spi_bytes_total 4096`,
		`ptvd_task_runs_total{instance="trains",task="a \"fetch\"é"} 9`,
		`ptvd_task_lateness_seconds{instance="trains",task="a \"fetch\"é",quantile="0.99"} 0.5`,
		"# HELP ptvd_fetches_ok_total A figure of the plugin.\n",
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
