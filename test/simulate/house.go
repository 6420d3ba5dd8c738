package simulate

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"time"

	"ptvd/internal/config"
	_ "ptvd/plugins/all" // all of them are at home here
)

// house is the configuration that the daemon runs, and what the oracle has to know
// of it.
type house struct {
	file       *config.File
	walk       time.Duration
	period     time.Duration
	count      int // of departures
	directions string
	brightness int // in percent
	stop       string
	width      int           // of the panel
	rows       int           // on the departures page
	pages      time.Duration // how long one stays up; 0: until somebody turns it
	turn       int           // of chaos: how often it was changed
	spares     spares
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

// tick is how often the panel is drawn: what it shows is never older.
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
  panel:
    plugin: display
    every: %v
    brightness: %d%%
    device: {max7219: {spi: %s, width: %d}}
    pages: [{minutes: trains}, {departures: {from: trains, rows: %d}}, clock]
    turn: %v
  bell:
    plugin: button
    pin: %s
    on_click: tally.click
    on_double: tally.double
    on_long: tally.long
  lamp:
    plugin: fade
    encoder: {a: %s, b: %s}
    output: %s
  tally: {plugin: tally}
  chaos: {plugin: chaos, turn: %d}
%s`

// longRun is how long a run is that asks for the departures once a minute, and in
// one direction only: else most of its time would be spent on reading their JSON.
const longRun = 30 * time.Hour

// Where the departures are from.
const (
	trainStop = "stop: 1099"
	busStop   = "stop: 19099\n    route_type: bus" // one direction, one route, with a number
)

// directions are those in which vehicles leave.
var directions = []string{"1", "4", "10"} // to the city; some cancelled; some by bus

func newHouse(dice *rand.Rand, lasts time.Duration) (house, error) {
	h := house{
		period: 30 * time.Second, walk: time.Duration(dice.IntN(3)) * time.Minute,
		count: 8, brightness: 50, spares: spares{spareLines[0], ""},
		stop: trainStop, width: 32, rows: 2,
	}
	if lasts >= longRun {
		h.period = time.Minute
		h.directions = directions[dice.IntN(len(directions))]
	}
	if dice.IntN(2) == 0 {
		h.width, h.rows = 64, 4
	}
	if h.directions == "" && dice.IntN(3) == 0 {
		h.stop = busStop
	}
	if lasts < longRun && dice.IntN(4) == 0 {
		h.pages = 40 * time.Second // costs as much as all the rest: each step of a text is judged
	}
	var err error
	h.file, err = config.Parse("house.yaml", []byte(h.text()), 0o600)
	return h, err
}

func (h house) text() string {
	return fmt.Sprintf(yaml, ntpTimeout, h.period, h.stop, h.walk, h.count, h.directions, idVariable, keyVariable,
		tick, h.brightness, panelPort, h.width, h.rows, h.pages, buttonLine, knobLineA, knobLineB, lampOutput,
		h.turn, h.spares)
}

func numberOf(word string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(word))
	return h.Sum64()
}
