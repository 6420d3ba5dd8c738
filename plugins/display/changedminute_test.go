package display

import (
	"image"
	"testing"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

	"ptvd/plugins/panel"
	"ptvd/plugins/ssd1322"
	"ptvd/plugins/topics"
)

// counter is an SPI port and a D/C line that count bytes.
type counter struct {
	spi.Conn
	gpio.PinOut
	bytes int
}

func (c *counter) String() string       { return "counter" }
func (c *counter) Out(gpio.Level) error { return nil }
func (c *counter) Tx(packet, _ []byte) error {
	c.bytes += len(packet)
	return nil
}

func (c *counter) Connect(physic.Frequency, spi.Mode, int) (spi.Conn, error) { return c, nil }

// countdown is a board of 256×64 pixels on an SSD1322.
type countdown struct {
	*testing.T
	counter
	dev     *ssd1322.Dev
	list    topics.Group
	version uint64
	draw    func(*image.Gray, *panel.Moment)
}

func newCountdown(t *testing.T, p *Departures) *countdown {
	c := &countdown{T: t}
	dev, err := ssd1322.New(&c.counter, &c.counter, &ssd1322.DefaultOpts)
	if err != nil {
		t.Fatal(err)
	}
	rows := newDepartures(p)
	c.dev = dev
	c.draw = rows.board.keep(func(on *image.Gray, m *panel.Moment) { rows.draw(on, c.list, m) }, func() uint64 { return c.version })
	return c
}

// show shows the board at a time and returns how many bytes that took.
func (c *countdown) show(now time.Time) int {
	on := image.NewGray(c.dev.Bounds())
	c.draw(on, &panel.Moment{Moment: topics.Moment{Now: now, Synchronized: true, Mono: tenHours}, Step: minute})
	before := c.bytes
	if err := c.dev.Draw(on.Rect, on, image.Point{}); err != nil {
		c.Fatal(err)
	}
	return c.bytes - before
}

// minute returns how many bytes a new minute takes in which departures come closer that are so
// many minutes away before.
func (c *countdown) minute(at time.Time, away ...int) int {
	d := topics.Departures{Period: time.Minute, Received: tenHours}
	for i, to := range []string{"Flinders Street", "Cranbourne", "East Pakenham", "Dandenong", "Town Hall"} {
		when := at.Add(time.Duration(away[i%len(away)])*minute - time.Nanosecond)
		d.List = append(d.List, topics.Departure{Scheduled: when, Estimated: when, Destination: to, Number: "96", Platform: "1"})
	}
	c.list = topics.Group{d}
	c.version++
	c.show(at.Add(-time.Second))
	return c.show(at)
}

// TestAChangedMinuteTakesLessThan300BytesOnAnSSD1322 goes through all numbers of minutes at
// each full hour, and through all minutes of a day, on the boards that have most on them.
// All rows change at once, their tens included, and so does the clock with its seconds.
func TestAChangedMinuteTakesLessThan300BytesOnAnSSD1322(t *testing.T) {
	midnight := time.Date(2026, 11, 19, 0, 0, 0, 0, melbourne)
	for name, p := range map[string]*Departures{
		"minutes": {Times: minutesLeft}, "times": {Times: timesOfDay},
		"heading": {Times: minutesLeft, Heading: "Domain Interchange"}, "five rows": {Times: minutesLeft, Rows: 5},
	} {
		p.Platform = true
		t.Run(name, func(t *testing.T) {
			c, most := newCountdown(t, p), 0
			for i := range 24 * 60 {
				at := midnight.Add(time.Duration(i) * minute)
				most = max(most, c.minute(at, 50))
			}
			for hour := range 24 {
				for away := 1; away < 60; away++ {
					most = max(most, c.minute(midnight.Add(time.Duration(hour)*time.Hour), away))
				}
			}
			if most < 50 || most >= 300 {
				t.Errorf("up to %d bytes", most)
			}
		})
	}
}

// TestAnHourBeforeDeparturesOnlyTheirTimesAreSent has the times of day of all rows become
// minutes at once. Each has nine columns of nine rows; the platforms beside them stay.
func TestAnHourBeforeDeparturesOnlyTheirTimesAreSent(t *testing.T) {
	c := newCountdown(t, &Departures{Times: minutesLeft, Platform: true})
	for changed, away := range map[int][]int{1: {60, 62, 62, 62}, 4: {60}} {
		if n := c.minute(noon.Truncate(minute), away...); n < 100*changed || n >= 100+170*changed {
			t.Errorf("%d bytes for %d rows", n, changed)
		}
	}
}
