package display_test

import (
	"testing"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/display"
	"ptvd/plugins/panel"
	"ptvd/plugins/ssd1322"
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

// BenchmarkLook is a look at a page of which nothing has changed: with departures, and
// long after the last of them.
func BenchmarkLook(b *testing.B) {
	for name, device := range map[string]plugins.Choice[panel.DeviceConfig]{
		"max7219": device("SPI0.0"),
		"ssd1322": {Name: "ssd1322", Value: &ssd1322.Config{SPI: "SPI0.0", DC: "GPIO24", Hz: 8_000_000}},
	} {
		for age, of := range map[string]time.Duration{"departures": time.Second, "no more": time.Hour} {
			b.Run(name+"/"+age, func(b *testing.B) {
				withDisplay(b, func(c *display.Config) { c.Device = device }, func(f *fixture) error {
					f.publish(7*time.Minute+40*time.Second, 18*time.Minute, 33*time.Minute)
					f.pass(of)
					b.ReportAllocs()
					for b.Loop() {
						f.pass(100 * time.Millisecond)
					}
					return nil
				})
			})
		}
	}
}
