package display_test

import (
	"testing"
	"time"

	"ptvd/plugins/display"
)

// BenchmarkTick runs the whole plugin, with departures that arrive every 30 s.
func BenchmarkTick(b *testing.B) {
	const every, round = 100 * time.Millisecond, 30 * time.Second
	for name, page := range map[string]display.Page{
		"minutes":    {Minutes: &display.Minutes{From: from}},
		"departures": {Departures: &display.Departures{From: from}},
		"clock":      {Clock: &display.Clock{}},
		"message":    {Message: &display.Message{Text: "Bins out tonight"}},
	} {
		b.Run(name, func(b *testing.B) {
			onTheWall(b, func(c *display.Config) { c.Pages = []display.Page{page} }, func(w *wall) error {
				for b.Loop() {
					w.publish(7*time.Minute+40*time.Second, 18*time.Minute, 33*time.Minute)
					w.pass(round)
				}
				b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(round/every), "ns/tick")
				return nil
			})
		})
	}
}
