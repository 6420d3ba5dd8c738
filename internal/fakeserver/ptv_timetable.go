package fakeserver

import (
	"fmt"
	"hash/fnv"
	"slices"
	"time"
)

// trip is one run of a line, as it is seen at a moment.
type trip struct {
	line      *ptvLine
	n         int64 // counts the line's trips since 1970
	scheduled time.Time
	leaves    time.Time // when it really leaves, which only the stand-in knows
	now       time.Time
	struck    bool // cancelled by hand
}

const (
	ahead     = 3 * time.Hour    // how far the timetable reaches
	lingers   = 20 * time.Second // how long a departed train stays in replies
	seenFrom  = 30 * time.Minute // how long before it leaves a train is tracked
	settledBy = 3 * time.Minute  // from then on the estimate is right
	dwell     = 40 * time.Second // how long a train stands at the platform
)

// trips returns those of a line that have not left long ago, in order.
func (l *ptvLine) trips(now time.Time) (trips []trip) {
	const mostLate = 5 * time.Minute
	n := now.Add(-mostLate-l.phase).Unix() / int64(l.headway/time.Second)
	for ; ; n++ {
		t := trip{line: l, n: n, now: now}
		t.scheduled = time.Unix(n*int64(l.headway/time.Second), 0).UTC().Add(l.phase)
		t.leaves = t.scheduled.Add(time.Duration(t.dice("delay")%4) * 30 * time.Second)
		if t.scheduled.After(now.Add(ahead)) {
			return trips
		}
		if t.leaves.Add(lingers).After(now) {
			trips = append(trips, t)
		}
	}
}

func (t trip) second() bool    { return t.n%2 == 0 }
func (t trip) cancelled() bool { return t.struck || t.line.cancelled && t.second() }
func (t trip) tracked() bool   { return !t.line.byBus && t.leaves.Sub(t.now) < seenFrom }

func (t trip) atPlatform() bool {
	return t.tracked() && !t.cancelled() && t.now.After(t.leaves.Add(-dwell)) && t.now.Before(t.leaves)
}

func (t trip) destination() string {
	if t.line.short != "" && t.second() {
		return t.line.short
	}
	return t.line.destination
}

func (t trip) expressStops() int {
	if t.second() {
		return t.line.express
	}
	return 0
}

// estimate wanders by a minute until the train is near, then it is right. The
// caller asks for tracked trips only.
func (t trip) estimate() time.Time {
	if t.leaves.Sub(t.now) < settledBy {
		return t.leaves
	}
	return t.leaves.Add(time.Duration(t.dice(t.now.Format("15:04"))%3-1) * time.Minute)
}

// runRef is alphanumeric for buses, as in the real service, where run_id is then
// no number of its own.
func (t trip) runRef() string {
	line := slices.IndexFunc(ptvLines, func(l ptvLine) bool { return l == *t.line })
	if t.line.byBus || t.line.route.routeType == 2 {
		return fmt.Sprintf("%d-%s--1-%d", line, t.line.route.gtfs, t.n)
	}
	return fmt.Sprintf("%d", t.n%100_000*10+int64(line))
}

// dice returns a number that is the trip's own for each word.
func (t trip) dice(word string) int64 {
	hash := fnv.New32a()
	fmt.Fprintf(hash, "%s %d %s %d", t.line.route.gtfs, t.line.direction.id, word, t.n)
	return int64(hash.Sum32() >> 8)
}
