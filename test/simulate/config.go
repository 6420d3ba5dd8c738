package simulate

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/fakeserver/motisserver"
	_ "ptvd/plugins/all"
)

// configuration is what the daemon runs, and what the oracle must know about it.
type configuration struct {
	file         *config.File
	walk         time.Duration
	period       time.Duration // of the requests for departures
	count        int           // of departures
	directions   string        // a filter; empty: none
	filter       string        // the same, while it is not wrong
	brightness   int           // in percent
	stop         string
	width        int           // of the panel
	rows         int           // of the departures page
	view         view          // what both pages with departures show
	turn         time.Duration // how long a page is shown; 0: until the button is pressed
	chaosVersion int           // see chaosConfig
	spares       spareButtons
}

const (
	buttonLine = "GPIO17"
	knobLineA  = "GPIO5"
	knobLineB  = "GPIO6"
	lampOutput = "GPIO18"
	panelPort  = "SPI0.0"

	idVariable  = "PTVD_SIMULATED_ID"
	keyVariable = "PTVD_SIMULATED_KEY"
)

// tick is how often the panel is drawn.
const tick = 100 * time.Millisecond

const yaml = `
timezone: Australia/Melbourne
board: sim
plugins:
  clock:
    plugin: ntp
    every: 10m
    timeout: %v
    servers: [one.test, two.test, three.test, four.test]
  trains:
    plugin: ptv
    every: %v
    %s
    walk: %v
    count: %d
    directions: [%s]
    base_url: http://ptv.test
    id: {env: %s}
    key: {env: %s}
  world:
    plugin: motis
    every: %v
    stop: %s
    walk: %v
    count: %d
    contact: me@example.org
    base_url: http://` + motisHost + `
%s  panel:
    plugin: display
    every: %v
    scroll: 10
    brightness: %d%%
    device: {max7219: {spi: %s, width: %d, module: generic}}
    pages: [{minutes: {%s}}, {departures: {%s, rows: %d}}, clock]
    turn: %v
  bell:
    plugin: button
    pin: %s
    on_click: counter.click
    on_double: counter.double
    on_long: counter.long
  lamp:
    plugin: fade
    encoder: {a: %s, b: %s}
    output: %s
  counter: {plugin: counter}
  chaos: {plugin: chaos, version: %d}
%s`

// Runs of longRun or more request departures once a minute and in one direction only.
// Otherwise most of their CPU time would be spent on decoding JSON.
const longRun = 30 * time.Hour

// The stops of the departures.
const (
	trainStop = "stop: 1099"
	busStop   = "stop: 19099\n    route_type: bus" // one direction, one numbered route
)

// The second source, which stands in for the first.
const (
	worldPeriod = 2 * time.Minute
	worldWalk   = 3 * time.Minute
	worldCount  = 8
)

// worldStops are its names of the stops.
var worldStops = map[string]string{trainStop: motisserver.Stop, busStop: "au-vic_19099"}

// directions of the departures.
var directions = []string{"1", "4", "10"} // to the city; some cancelled; some by bus

func newConfiguration(rng *rand.Rand, lasts time.Duration) (configuration, error) {
	c := configuration{
		period: 30 * time.Second, walk: time.Duration(rng.IntN(3)) * time.Minute,
		count: 8, brightness: 50, spares: spareButtons{spareLines[0], ""},
		stop: trainStop, width: 32, rows: 2,
	}
	if lasts >= longRun {
		c.period = time.Minute
		c.directions = directions[rng.IntN(len(directions))]
	}
	if rng.IntN(2) == 0 {
		c.width, c.rows = 64, 4
	}
	c.filter = c.directions
	if c.directions == "" && rng.IntN(3) == 0 {
		c.stop = busStop
	}
	if lasts < longRun && rng.IntN(4) == 0 {
		c.turn = 40 * time.Second // doubles the CPU time: every step of a scrolling text is judged
	}
	var err error
	c.file, err = config.Parse("simulate.yaml", []byte(c.text()), 0o600)
	return c, err
}

func (c configuration) text() string {
	return fmt.Sprintf(yaml, ntpTimeout, c.period, c.stop, c.walk, c.count, c.directions, idVariable, keyVariable,
		worldPeriod, worldStops[c.stop], worldWalk, worldCount,
		c.view.trams(), tick, c.brightness, panelPort, c.width, c.view, c.view, c.rows, c.turn, buttonLine, knobLineA, knobLineB, lampOutput,
		c.chaosVersion, c.spares)
}

func hashOf(word string) uint64 {
	hash := fnv.New64a()
	hash.Write([]byte(word))
	return hash.Sum64()
}
