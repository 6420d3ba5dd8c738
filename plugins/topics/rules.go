package topics

import (
	"cmp"
	"slices"
	"time"

	"ptvd/internal/scheduler"
)

// StaleAfter is the age after which departures say nothing about the present any
// more, and how long a reader waits for the first reply before it reports that there
// are no data. With a source that asks seldom it is longer, see [Departures.Lifetime].
const StaleAfter = 5 * time.Minute

// estimatesLast is how long estimates are used: after five minutes a vehicle may be
// anywhere, and the timetable is the better guess.
const estimatesLast = 5 * time.Minute

// standsFor is how long after its time a vehicle that was seen at the platform is
// taken to be there. One that stays longer with the same estimate is a fault of the
// source.
const standsFor = 2 * time.Minute

// CountdownLimit is the wait from which people are told the time of day: nobody counts
// down an hour.
const CountdownLimit = time.Hour

// Location returns the zone of the stop's times.
func (d Departures) Location(m Moment) *time.Location { return cmp.Or(d.Zone, m.Now.Location()) }

// Lifetime returns the age after which departures are stale: five minutes, or three
// periods of a source that asks seldom.
func (d Departures) Lifetime() time.Duration { return max(StaleAfter, 3*d.Period) }

// Freshness says whether departures can be relied on.
type Freshness string

// How fresh departures are.
const (
	Fresh Freshness = "fresh"
	Old   Freshness = "old"   // two requests in a row had no reply
	Stale Freshness = "stale" // older than their Lifetime: not to be shown
	None  Freshness = "none"  // nothing was received yet
)

// Freshness returns how fresh the departures are, and until when they are. It goes
// by the monotonic clock alone.
func (d Departures) Freshness(m Moment) (Freshness, Until) {
	age := m.Mono.Sub(d.Received)
	switch {
	case d.Received == 0:
		return None, Until{}
	case age > d.Lifetime():
		return Stale, Until{}
	case age > 2*d.Period:
		return Old, m.UntilMono(d.Received.Add(d.Lifetime()) + 1)
	}
	return Fresh, m.UntilMono(d.Received.Add(2*d.Period) + 1)
}

// current returns the departures without estimates that are too old, in the order that
// they then have, and until when that is so.
func (d Departures) current(m Moment) (Departures, Until) {
	limit := d.Received.Add(estimatesLast) + 1
	if m.Mono < limit {
		return d, m.UntilMono(limit)
	}
	d.List = slices.Clone(d.List)
	for i := range d.List {
		d.List[i].Estimated = time.Time{}
	}
	slices.SortStableFunc(d.List, func(a, b Departure) int { return a.When().Compare(b.When()) })
	return d, Until{}
}

// Absence says why there is no departure to show.
type Absence string

// Why there is no departure to show.
const (
	NoClock  Absence = "no_clock"  // the clock is not synchronized, so that there is nothing to count to
	Loading  Absence = "loading"   // nothing was received yet
	NoData   Absence = "no_data"   // nothing was received, and something is wrong
	OldData  Absence = "old_data"  // what was received is stale
	Mismatch Absence = "mismatch"  // the source's filter matches nothing that occurs at the stop
	NoneLeft Absence = "none_left" // nothing else leaves
	Missed   Absence = "missed"    // what still leaves does so within the walk, and nothing else does
	Later    Absence = "later"     // what leaves next is beyond what was received
)

// missing tells why nothing of the departures can be shown, empty where something can, and
// until when that is so. A first reply is waited for from waiting on, until two requests in
// a row or one that is useless to repeat have failed, which is a Problem.
func (d Departures) missing(m Moment, waiting scheduler.Instant) (why Absence, until Until) {
	freshness, until := d.Freshness(m)
	limit := max(waiting, d.Began).Add(StaleAfter)
	switch {
	case freshness == Stale:
		return OldData, until
	case freshness != None:
		return "", until
	case d.Problem == "" && m.Mono <= limit:
		return Loading, m.UntilMono(limit + 1)
	}
	return NoData, until
}

// catchable returns the departures that can still be caught, or else why there are none;
// and until when that is so. The reader has waited for the first reply since waiting.
func (d Departures) catchable(m Moment, waiting scheduler.Instant) (list []Departure, why Absence, until Until) {
	if why, until = d.missing(m, waiting); why != "" {
		return nil, why, until
	}
	d, holds := d.current(m)
	until = until.And(holds)
	for _, departure := range d.List {
		catchable, holds := d.Catchable(m, departure)
		if until = until.And(holds); catchable {
			list = append(list, departure)
		}
	}
	if len(list) == 0 {
		why = d.whyNone(m)
	}
	return list, why, until
}

// whyNone returns why no departure can be caught. That nothing else leaves is only
// known from a reply that had everything. A reply with a departure that has left
// since is not proof: that one may have been late, and the next reply will tell.
func (d Departures) whyNone(m Moment) Absence {
	received := m.Now.Add(-m.Mono.Sub(d.Received))
	leftSince, withinWalk := false, false
	for _, departure := range d.List {
		leftSince = leftSince || d.waits(departure) || !received.After(d.LeaveBy(departure))
		withinWalk = withinWalk || !departure.Cancelled && !m.Now.After(departure.When())
	}
	switch {
	case d.Mismatch != "":
		return Mismatch
	case !d.Complete:
		return Later
	case withinWalk:
		return Missed
	case leftSince:
		return Later
	}
	return NoneLeft
}

// Catchable tells whether one of the departures can still be caught, and until when that is
// so: it has not left, and there is time for the walk.
func (d Departures) Catchable(m Moment, one Departure) (bool, Until) {
	there, until := d.Ahead(m, one)
	latest := d.LeaveBy(one)
	return there && (d.Walk <= 0 || !m.Now.After(latest)), until.And(m.UntilCivil(latest.Add(1)))
}

// Ahead tells whether one of the departures has not left yet, and until when that is
// so. A vehicle that stood at the platform when a fresh reply was made is there for a
// while after its time.
func (d Departures) Ahead(m Moment, one Departure) (bool, Until) {
	freshness, until := d.Freshness(m)
	leaves := one.When()
	if d.waits(one) && freshness == Fresh {
		leaves = leaves.Add(standsFor)
	}
	return !m.Now.After(leaves), until.And(m.UntilCivil(leaves.Add(1)))
}

// LeaveBy returns the latest time to leave the house for a departure: its own time minus
// the walk.
func (d Departures) LeaveBy(one Departure) time.Time {
	return one.When().Add(-max(0, d.Walk))
}

// waits tells whether the vehicle stood at the platform when the reply was made, so that
// it can be caught after its time. With a walk it cannot: it may leave in the meantime.
func (d Departures) waits(one Departure) bool {
	return one.AtPlatform && !one.Cancelled && d.Walk <= 0
}

// Wait returns the time until the departure, negative after it, and until when the
// number of whole minutes in it is right. Leap seconds are not counted: a clock that
// follows one late is wrong by a second until it does.
func (d Departure) Wait(m Moment) (time.Duration, Until) {
	wait := d.When().Sub(m.Now)
	return wait, m.UntilCivil(d.When().Add(1 - wait.Truncate(time.Minute)))
}
