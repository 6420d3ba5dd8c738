package display_test

import (
	"testing"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/display"
	"ptvd/plugins/panel"
	"ptvd/plugins/ssd1322"
)

// still are pages on which nothing moves.
var still = map[string]panel.PageConfig{
	"minutes": &display.Minutes{Sources: display.Sources{From: from}},
	"clock":   &display.Clock{},
	"message": &display.Message{Text: "Hello"},
}

// withStill runs a function while such a page is shown.
func withStill(t testing.TB, name string, test func(f *fixture)) {
	withDisplay(t, func(c *display.Config) { c.Pages = []display.PageEntry{entry(name, still[name])} }, func(f *fixture) error {
		f.publishSoon()
		f.pass(time.Second)
		test(f)
		return nil
	})
}

func TestALookThatFindsNothingChangedAllocatesNothing(t *testing.T) {
	for name := range still {
		withStill(t, name, func(f *fixture) {
			// A picture in so many looks may be new: the mean is rounded down.
			if n := testing.AllocsPerRun(100, func() { f.pass(f.every) }); n != 0 {
				t.Errorf("%s: %v allocations", name, n)
			}
		})
	}
}

func (f *fixture) publishSoon() {
	f.publish(7*time.Minute+40*time.Second, 18*time.Minute, 33*time.Minute)
}

// BenchmarkLook is a look at a page that is right, with two turns of a loop in virtual time,
// and part of a picture in a minute and of a reply in 100 s.
func BenchmarkLook(b *testing.B) {
	for name := range still {
		b.Run(name, func(b *testing.B) {
			withStill(b, name, func(f *fixture) {
				b.ReportAllocs()
				for n := 1; b.Loop(); n++ {
					if f.pass(f.every); n%1000 == 0 {
						f.publishSoon()
					}
				}
			})
		})
	}
}

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
					f.publishSoon()
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
