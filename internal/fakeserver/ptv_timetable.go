package fakeserver

import (
	"fmt"
	"hash/fnv"
	"slices"
	"time"
)

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

// CancelNext cancels the first train at [DemoStop] that departs later than after
// from now and is not cancelled otherwise, until Reinstate is called.
func (p *PTV) CancelNext(after time.Duration) {
	p.Reinstate()
	for _, t := range p.TripsAt(DemoStop) {
		if !t.replaced && t.leaves.Sub(t.now) > after && !t.Cancelled() {
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
