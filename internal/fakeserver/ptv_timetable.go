package fakeserver

import (
	"fmt"
	"hash/fnv"
	"slices"
	"time"
)

// trip is one run of a line, as seen at the time now.
type trip struct {
	line      *ptvLine
	n         int64 // of the line's trips since 1970
	scheduled time.Time
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
func (l *ptvLine) trips(now time.Time) (trips []trip) {
	const maxDelay = 5 * time.Minute
	n := now.Add(-maxDelay-l.phase).Unix() / int64(l.headway/time.Second)
	for ; ; n++ {
		t := trip{line: l, n: n, now: now}
		t.scheduled = time.Unix(n*int64(l.headway/time.Second), 0).UTC().Add(l.phase)
		t.leaves = t.scheduled.Add(time.Duration(t.hash("delay")%4) * 30 * time.Second)
		if t.scheduled.After(now.Add(horizon)) {
			return trips
		}
		if t.leaves.Add(keptFor).After(now) && !atNight(t.scheduled) {
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

func (t trip) even() bool      { return t.n%2 == 0 }
func (t trip) cancelled() bool { return t.byHand || t.line.cancelled && t.even() }
func (t trip) tracked() bool   { return !t.line.byBus && t.leaves.Sub(t.now) < trackedFrom }

func (t trip) atPlatform() bool {
	return t.tracked() && !t.cancelled() && t.now.After(t.leaves.Add(-dwell)) && t.now.Before(t.leaves)
}

func (t trip) destination() string {
	if t.line.short != "" && t.even() {
		return t.line.short
	}
	return t.line.destination
}

func (t trip) expressStops() int {
	if t.even() {
		return t.line.express
	}
	return 0
}

// estimate returns the estimated departure of a tracked trip: wrong by up to a
// minute at first, and exact shortly before the departure.
func (t trip) estimate() time.Time {
	if t.leaves.Sub(t.now) < exactFrom {
		return t.leaves
	}
	return t.leaves.Add(time.Duration(t.hash(t.now.Format("15:04"))%3-1) * time.Minute)
}

// runRef returns the run's reference. For buses it is alphanumeric, as in the real
// API, and run_id then does not identify the run.
func (t trip) runRef() string {
	line := slices.IndexFunc(ptvLines, func(l ptvLine) bool { return l == *t.line })
	if t.line.byBus || t.line.route.RouteType == 2 {
		return fmt.Sprintf("%d-%s--1-%d", line, t.line.route.GTFS, t.n)
	}
	return fmt.Sprintf("%d", t.n%100_000*10+int64(line))
}

// hash returns a pseudo-random number that depends on the trip and a word.
func (t trip) hash(word string) int64 {
	hash := fnv.New32a()
	fmt.Fprintf(hash, "%s %d %s %d", t.line.route.GTFS, t.line.direction.ID, word, t.n)
	return int64(hash.Sum32() >> 8)
}

// CancelNext cancels the first train at [DemoStop] that departs later than after
// from now and is not cancelled yet, until Reinstate is called.
func (p *PTV) CancelNext(after time.Duration) {
	now := p.now().UTC()
	var first *trip
	for i := range ptvLines {
		l := &ptvLines[i]
		if l.stop.ID != DemoStop || l.byBus {
			continue
		}
		for _, t := range l.trips(now) {
			if t.leaves.Sub(now) > after && !t.cancelled() && (first == nil || t.leaves.Before(first.leaves)) {
				first = &t
			}
		}
	}
	p.cancelledRun.Store(first.runRef())
}

// Reinstate undoes CancelNext.
func (p *PTV) Reinstate() { p.cancelledRun.Store("") }

// markCancelled marks the trip that CancelNext cancelled.
func (p *PTV) markCancelled(trips []trip) {
	run := p.cancelledRun.Load()
	if i := slices.IndexFunc(trips, func(t trip) bool { return t.runRef() == run }); i >= 0 {
		trips[i].byHand = true
	}
}

// Stops returns the stops of the network, the one of [DemoStop] first.
func Stops() []Stop { return []Stop{*huntingdale, *interchange} }

// Trip is a trip of the timetable, for fakes of other services.
type Trip struct {
	Route                      Route
	Direction                  int
	Run, Destination, Platform string
	Scheduled, Departs         time.Time // Departs is the estimate, if Tracked
	ByBus, Tracked, Cancelled  bool
	Disruption                 string
}

// TripsAt returns the trips at a stop, in the order in which they leave.
func (p *PTV) TripsAt(stop int) (all []Trip) {
	now := p.now().UTC()
	var trips []trip
	for i := range ptvLines {
		if l := &ptvLines[i]; l.stop.ID == stop {
			trips = append(trips, l.trips(now)...)
		}
	}
	p.markCancelled(trips)
	slices.SortStableFunc(trips, func(a, b trip) int { return a.leaves.Compare(b.leaves) })
	for _, t := range trips {
		l := t.line
		trip := Trip{
			Route: *l.route, Direction: l.direction.ID, Run: t.runRef(), Destination: t.destination(), Platform: l.platform,
			Scheduled: t.scheduled, Departs: t.scheduled, ByBus: l.byBus || l.stop.RouteType == 2, Tracked: t.tracked(), Cancelled: t.cancelled(),
		}
		if t.tracked() {
			trip.Departs = t.estimate()
		}
		if t.disrupted() {
			trip.Disruption = worksTitle
		}
		all = append(all, trip)
	}
	return all
}
