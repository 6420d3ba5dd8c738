package fakeserver

import (
	"fmt"
	"hash/fnv"
	"slices"
	"time"
)

// The network of the fake: a suburban station on two lines that share tracks, and a
// bus stop in front of it. The names are from Melbourne; the timetable is invented so
// that by day a panel has a departure of each kind to show. At night, from one to five,
// nothing runs.

// Stop is a stop of the network, in the JSON of the PTV API.
type Stop struct {
	ID        int    `json:"stop_id"`
	RouteType int    `json:"route_type"`
	Name      string `json:"stop_name"`
	Suburb    string `json:"stop_suburb"`

	Latitude  float64 `json:"stop_latitude"`
	Longitude float64 `json:"stop_longitude"`
}

// Route is a route of the network, in the JSON of the PTV API.
type Route struct {
	ID        int    `json:"route_id"`
	RouteType int    `json:"route_type"`
	Name      string `json:"route_name"`
	Number    string `json:"route_number"`
	GTFS      string `json:"route_gtfs_id"`
	Colour    string `json:"-"` // not of that API
}

// Direction is a direction of a route, as the PTV API has it.
type Direction struct {
	ID   int
	Name string
}

// Line is one direction of one route at one stop: a vehicle every headway,
// counted from 1970, shifted by the phase.
type Line struct {
	Stop      *Stop
	Route     *Route
	Direction Direction
	Platform  string // empty: it is not known

	destination    string
	finalStop      int
	headway, phase time.Duration
	replaced       bool // by buses

	// These apply to every second trip.
	express   int    // the number of stops that are skipped
	cancelled bool   // the trip is cancelled
	short     string // the destination of a trip that ends early
}

// ByBus tells whether buses run on the line.
func (l *Line) ByBus() bool { return l.replaced || l.Stop.RouteType == 2 }

// Disruption returns what disrupts the line; empty: nothing does.
func (l *Line) Disruption() string {
	if l.Direction == toPakenham {
		return "Pakenham Line: buses replace some trains while the tracks are renewed"
	}
	return ""
}

// Stops returns the stops of the network, the one of [DemoStop] first.
func Stops() []Stop { return []Stop{*huntingdale, *interchange} }

var (
	huntingdale = &Stop{1099, 0, "Huntingdale", "Oakleigh", -37.9111, 145.1027}
	interchange = &Stop{19099, 2, "Huntingdale Station/Haughton Rd", "Oakleigh", -37.9105, 145.1021}

	cranbourne = &Route{4, 0, "Cranbourne", "", "2-CRB", "279FD5"}
	pakenham   = &Route{11, 0, "Pakenham", "", "2-PKM", "279FD5"}
	shuttle    = &Route{13601, 2, "Huntingdale Station - Monash University via North Rd", "601", "4-601", "FF8200"}

	toCity       = Direction{ID: 1, Name: "City (Flinders Street)"}
	toCranbourne = Direction{ID: 4, Name: "Cranbourne"}
	toPakenham   = Direction{ID: 10, Name: "Pakenham"}
	toMonash     = Direction{ID: 201, Name: "Monash University"}
)

// The phases are chosen so that at Huntingdale a train leaves every two
// minutes.
var lines = []*Line{
	{
		Stop: huntingdale, Route: cranbourne, Direction: toCity, destination: "Flinders Street", finalStop: 1071,
		Platform: "1", headway: 8 * time.Minute, phase: 0,
	},
	{
		Stop: huntingdale, Route: cranbourne, Direction: toCranbourne, destination: "Cranbourne", finalStop: 1045,
		Platform: "2", headway: 8 * time.Minute, phase: 2 * time.Minute, cancelled: true,
	},
	{
		Stop: huntingdale, Route: pakenham, Direction: toCity, destination: "Flinders Street", finalStop: 1071,
		Platform: "1", headway: 8 * time.Minute, phase: 4 * time.Minute, express: 5,
	},
	{
		Stop: huntingdale, Route: pakenham, Direction: toPakenham, destination: "Pakenham", finalStop: 1153,
		Platform: "2", headway: 8 * time.Minute, phase: 6 * time.Minute, short: "Dandenong",
	},
	{
		Stop: huntingdale, Route: pakenham, Direction: toPakenham, destination: "Pakenham", finalStop: 1153,
		headway: 15 * time.Minute, phase: 3 * time.Minute, replaced: true,
	},
	{
		Stop: interchange, Route: shuttle, Direction: toMonash, destination: "Monash University/Wellington Rd", finalStop: 19110,
		headway: 4 * time.Minute, phase: 0,
	},
}

// Trip is one run of a line, as seen at a time.
type Trip struct {
	*Line
	Scheduled time.Time
	n         int64     // of the line's trips since 1970
	leaves    time.Time // the actual departure
	now       time.Time
	byHand    bool // cancelled by CancelNext
}

const (
	horizon     = 3 * time.Hour    // how far ahead replies reach
	keptFor     = 20 * time.Second // how long after its departure a trip stays in replies
	trackedFrom = 30 * time.Minute // how long before its departure a trip has an estimate
	exactFrom   = 3 * time.Minute  // how long before its departure the estimate is exact
	dwell       = 40 * time.Second // how long a train stops at the platform
)

// trips returns the trips of a line up to the horizon, in order, without those that
// departed more than keptFor ago.
func (l *Line) trips(now time.Time) (trips []Trip) {
	const maxDelay = 5 * time.Minute
	n := now.Add(-maxDelay-l.phase).Unix() / int64(l.headway/time.Second)
	for ; ; n++ {
		t := Trip{Line: l, n: n, now: now}
		t.Scheduled = time.Unix(n*int64(l.headway/time.Second), 0).UTC().Add(l.phase)
		t.leaves = t.Scheduled.Add(time.Duration(t.hash("delay")%4) * 30 * time.Second)
		if t.Scheduled.After(now.Add(horizon)) {
			return trips
		}
		if t.leaves.Add(keptFor).After(now) && !atNight(t.Scheduled) {
			trips = append(trips, t)
		}
	}
}

// Zone is the time zone of the network.
var Zone = func() *time.Location {
	zone, err := time.LoadLocation("Australia/Melbourne")
	if err != nil { // the system lacks the time zones
		return time.FixedZone("AEST", 10*60*60)
	}
	return zone
}()

// atNight tells whether nothing runs at a time.
func atNight(at time.Time) bool {
	hour := at.In(Zone).Hour()
	return hour >= 1 && hour < 5
}

func (t Trip) even() bool { return t.n%2 == 0 }

// Cancelled tells whether the trip is cancelled.
func (t Trip) Cancelled() bool { return t.byHand || t.cancelled && t.even() }

// Tracked tells whether there is an estimate of the departure.
func (t Trip) Tracked() bool { return !t.replaced && t.leaves.Sub(t.now) < trackedFrom }

func (t Trip) atPlatform() bool {
	return t.Tracked() && !t.Cancelled() && t.now.After(t.leaves.Add(-dwell)) && t.now.Before(t.leaves)
}

// Destination returns where the trip ends.
func (t Trip) Destination() string {
	if t.short != "" && t.even() {
		return t.short
	}
	return t.destination
}

// Departs returns the estimated departure of a tracked trip, wrong by up to a minute at
// first and exact shortly before the departure, and the scheduled one of another.
func (t Trip) Departs() time.Time {
	switch {
	case !t.Tracked():
		return t.Scheduled
	case t.leaves.Sub(t.now) < exactFrom:
		return t.leaves
	}
	return t.leaves.Add(time.Duration(t.hash(t.now.Format("15:04"))%3-1) * time.Minute)
}

// Run returns the run's reference. For buses it is alphanumeric, as in the real API, and
// run_id then does not identify the run.
func (t Trip) Run() string {
	line := slices.Index(lines, t.Line)
	if t.ByBus() {
		return fmt.Sprintf("%d-%s--1-%d", line, t.Route.GTFS, t.n)
	}
	return fmt.Sprintf("%d", t.n%100_000*10+int64(line))
}

// hash returns a pseudo-random number that depends on the trip and a word.
func (t Trip) hash(word string) int64 {
	hash := fnv.New32a()
	fmt.Fprintf(hash, "%s %d %s %d", t.Route.GTFS, t.Direction.ID, word, t.n)
	return int64(hash.Sum32() >> 8)
}

// CancelNext cancels the first train at [DemoStop] that is scheduled later than after
// from now and is not cancelled otherwise, until Reinstate is called. A train that is
// cancelled has no estimate, so it can be caught only by its schedule.
func (p *PTV) CancelNext(after time.Duration) {
	p.Reinstate()
	for _, t := range p.TripsAt(DemoStop) {
		if !t.replaced && t.Scheduled.Sub(t.now) > after && !t.Cancelled() {
			p.cancelledRun.Store(t.Run())
			return
		}
	}
}

// Reinstate undoes CancelNext.
func (p *PTV) Reinstate() { p.cancelledRun.Store("") }

// TripsAt returns the trips at a stop, in the order in which they leave.
func (p *PTV) TripsAt(stop int) []Trip {
	trips := p.trips(func(l *Line) bool { return l.Stop.ID == stop })
	slices.SortStableFunc(trips, func(a, b Trip) int { return a.leaves.Compare(b.leaves) })
	return trips
}

// trips returns the trips of the chosen lines, one line after the other.
func (p *PTV) trips(isChosen func(*Line) bool) (trips []Trip) {
	now, cancelled := p.now().UTC(), p.cancelledRun.Load()
	for _, l := range lines {
		if isChosen(l) {
			trips = append(trips, l.trips(now)...)
		}
	}
	for i := range trips {
		trips[i].byHand = trips[i].Run() == cancelled
	}
	return trips
}
