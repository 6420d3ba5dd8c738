package display_test

import (
	"testing"
	"time"

	"ptvd/plugins/display"
	"ptvd/plugins/panel"
)

// BenchmarkTick runs the whole plugin, with departures that arrive every 30 s.
func BenchmarkTick(b *testing.B) {
	const every, round = 100 * time.Millisecond, 30 * time.Second
	for name, page := range map[string]panel.PageConfig{
		"minutes":    &display.Minutes{Sources: display.Sources{From: from}},
		"departures": &display.Departures{Sources: display.Sources{From: from}, Rows: 2},
		"clock":      &display.Clock{},
		"message":    &display.Message{Text: "Bins out tonight"},
	} {
		b.Run(name, func(b *testing.B) {
			withDisplay(b, func(c *display.Config) { c.Pages = []display.PageEntry{entry(name, page)} }, func(f *fixture) error {
				for b.Loop() {
					f.publish(7*time.Minute+40*time.Second, 18*time.Minute, 33*time.Minute)
					f.pass(round)
				}
				b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(round/every), "ns/tick")
				return nil
			})
		})
	}
}
