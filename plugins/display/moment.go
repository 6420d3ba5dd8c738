package display

import (
	"time"

	"ptvd/plugins"
	"ptvd/plugins/timetable"
)

// moment is all that a page is drawn from.
type moment struct {
	now     time.Time       // civil time
	known   bool            // now is to be believed
	mono    plugins.Instant // the loop's time, by which data age
	started plugins.Instant // when the panel was
	shown   time.Duration   // how long the page has been up
	step    time.Duration   // the time in which a text scrolls by a pixel

	departures timetable.Departures // for the pages that show some
}

// What stands on a panel of 32 LEDs in place of departures. Each fits there.
const (
	noClock  = "No clock" // the time is not known, so there is nothing to count to
	loading  = "Loading"  // nothing was received yet
	noData   = "No data"  // nothing was received, and something is wrong
	oldData  = "Old data" // what was received says nothing about now any more
	noneLeft = "No more"  // the source says that nothing else leaves
)

// tooOld is the age at which departures are not shown any more, and how long a
// source may take for the first ones.
const tooOld = 5 * time.Minute

// age returns how long ago the departures were received, or how long they have
// been waited for.
func (m moment) age() time.Duration {
	if m.departures.Received == 0 {
		return m.mono.Sub(m.started)
	}
	return m.mono.Sub(m.departures.Received)
}

// next returns the first departures that can still be caught, n at most; or else
// the words that say why there are none.
func (m moment) next(n int) (list []timetable.Departure, words string) {
	received := m.departures.Received != 0
	switch {
	case !m.known:
		return nil, noClock
	case !received && (m.departures.Problem != "" || m.age() > tooOld):
		return nil, noData
	case !received:
		return nil, loading
	case m.age() > tooOld:
		return nil, oldData
	}
	for _, d := range m.departures.List {
		if len(list) < n && m.catchable(d) {
			list = append(list, d)
		}
	}
	if len(list) == 0 {
		return nil, noneLeft
	}
	return list, ""
}

// catchable tells whether a departure lies ahead, and far enough to walk there.
func (m moment) catchable(d timetable.Departure) bool {
	return m.standing(d) || m.wait(d) >= max(0, m.departures.Walk)
}

// standing tells whether a vehicle stands at the platform beyond its time, as
// far as the newest reply knows. One can only step into it without a walk.
func (m moment) standing(d timetable.Departure) bool {
	return d.AtPlatform && !d.Cancelled && m.departures.Walk <= 0 && !m.old()
}

// wait returns the time until a departure.
func (m moment) wait(d timetable.Departure) time.Duration { return d.When().Sub(m.now) }

// old tells whether what is shown was received longer ago than it should have
// been: two questions in a row went without a reply.
func (m moment) old() bool {
	return m.known && m.departures.Received != 0 && m.age() > 2*m.departures.Period && m.age() <= tooOld
}
