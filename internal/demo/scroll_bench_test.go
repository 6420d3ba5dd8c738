package demo_test

import (
	"fmt"
	"image"
	"testing"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/daemon"
	"ptvd/internal/gpio/sim"
)

// scrolling has pages that turn by themselves.
const scrolling = `
timezone: Australia/Melbourne
board: sim
plugins:
  clock: {plugin: ntp, servers: [ntp.test]}
  trains: {plugin: ptv, stop: 1099, base_url: http://ptv.test, id: {env: PTVD_DEMO_ID}, key: {env: PTVD_DEMO_KEY}}
  panel:
    plugin: display
    device: {max7219: {spi: SPI0.0, width: 32}}
    turn: 5s
    pages: [{departures: {from: trains, platform: true}}, {minutes: trains}]
`

// BenchmarkScrolling runs the daemon on the system's clock until texts have scrolled
// by a number of steps, 12000x for more than ten minutes. It reports how many of a
// thousand steps moved a text by more than one pixel, as the panel received them.
func BenchmarkScrolling(b *testing.B) {
	world, _, options := onTheSystemClock(b)
	defer world.Close()
	file, err := config.Parse("scrolling.yaml", []byte(scrolling), 0o600)
	if err != nil {
		b.Fatal(err)
	}
	file.StateDir, options.File = options.File.StateDir, file
	steps := map[int]int{} // by their pixels
	var d *daemon.Daemon
	world.Panel.OnChange = framesOf(world.Panel, func(before, after *image.Gray) {
		if pixels := moved(before, after); pixels > 0 {
			if steps[pixels]++; steps[1] == b.N {
				d.Stop()
			}
		}
	})
	d = daemon.New(options)
	if err := d.Run(b.Context()); err != nil {
		b.Fatal(err)
	}
	more := 0
	for pixels, n := range steps {
		if pixels > 1 {
			more += n
		}
	}
	b.Log(fmt.Sprint("steps by their pixels: ", steps))
	b.ReportMetric(1000*float64(more)/float64(more+steps[1]), "double-‰")
	for _, task := range d.State().Loop.Tasks {
		if task.Instance+" "+task.Name == "panel draw" {
			b.ReportMetric(task.LateP99*1e6, "late-p99-µs")
		}
	}
}

// framesOf returns a function for the panel's OnChange that calls next for each two
// pictures which follow one another. The rows of a picture arrive within a
// millisecond.
func framesOf(panel *sim.Panel, next func(before, after *image.Gray)) func() {
	frame, received := panel.Picture(sim.Arrangement{}), panel.Picture(sim.Arrangement{})
	var changed time.Time
	return func() {
		if now := time.Now(); now.Sub(changed) > time.Millisecond {
			next(frame, received)
			frame = received
		}
		received, changed = panel.Picture(sim.Arrangement{}), time.Now()
	}
}

// moved returns by how many pixels the text of a row has moved to the left; 0: it is
// another text.
func moved(before, after *image.Gray) int {
	const columns, most = 16, 4 // beside the widest badge; steps at once
	same := func(by int) bool {
		for y := range 7 { // below it is the line of old data
			for x := range columns - by {
				if before.GrayAt(x+by, y) != after.GrayAt(x, y) {
					return false
				}
			}
		}
		return true
	}
	for by := range most + 1 {
		if same(by) {
			return by
		}
	}
	return 0
}
