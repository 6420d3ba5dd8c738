package display

import (
	"cmp"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/topics"
)

// moment is all that a page is drawn from. Asked for what depends on the time, it
// notes until when the answer holds.
type moment struct {
	horizon

	now     time.Time       // civil time
	known   bool            // now is to be believed
	mono    plugins.Instant // the loop's time, by which data age
	started plugins.Instant // when the panel was
	shown   time.Duration   // how long the page has been up
	step    time.Duration   // the time in which a text scrolls by a pixel

	departures topics.Departures // for the pages that show some

	text topics.Text // what the picture says
}

// What stands on a panel of 32 LEDs in place of departures. Each fits there.
const (
	noClock  = "No clock" // the time is not known, so there is nothing to count to
	loading  = "Loading"  // nothing was received yet
	noData   = "No data"  // nothing was received, and something is wrong
	oldData  = "Old data" // what was received says nothing about now any more
	noneLeft = "No more"  // the source says that nothing else leaves
	missed   = "Missed"   // what still leaves does so within the walk, and nothing else does
	later    = "Later"    // what leaves next is beyond what was received
)

// tooOld is the age at which departures are not shown any more, and how long a
// source may take for the first ones.
const tooOld = 5 * time.Minute

// older tells whether it is longer ago than d that the departures were received,
// or, before the first ones, that the panel was started.
func (m *moment) older(d time.Duration) bool {
	limit := cmp.Or(m.departures.Received, m.started).Add(d)
	m.changesOn(limit + 1)
	return m.mono > limit
}

// next returns the first departures that can still be caught, n at most; or else
// the words that say why there are none.
func (m *moment) next(n int) (list []topics.Departure, words string) {
	received := m.departures.Received != 0
	switch {
	case !m.known:
		return nil, noClock
	case !received && (m.departures.Problem != "" || m.older(tooOld)):
		return nil, noData
	case !received:
		return nil, loading
	case m.older(tooOld):
		return nil, oldData
	}
	for _, d := range m.departures.List {
		if len(list) < n && m.catchable(d) {
			list = append(list, d)
		}
	}
	if len(list) == 0 {
		return nil, m.whyNone()
	}
	return list, ""
}

// whyNone says what it means that no departure can be caught. That it is the end
// takes a reply which knew all there is. One that brought what has gone since is
// waited out: it may have been late, and the next reply tells.
func (m *moment) whyNone() string {
	m.changesAt(m.now.Add(1)) // a step of the clock may change it at any time
	received := m.now.Add(-m.mono.Sub(m.departures.Received))
	goneSince, outOfReach := false, false
	for _, d := range m.departures.List {
		goneSince = goneSince || m.standing(d) || !received.After(m.last(d))
		outOfReach = outOfReach || !d.Cancelled && !m.now.After(d.When())
	}
	switch {
	case !m.departures.Complete:
		return later
	case outOfReach:
		return missed
	case goneSince:
		return later
	}
	return noneLeft
}

// catchable tells whether a departure lies ahead, and far enough to walk there.
func (m *moment) catchable(d topics.Departure) bool {
	last := m.last(d)
	m.changesAt(last.Add(1))
	return m.standing(d) && !m.old() || !m.now.After(last)
}

// last returns when to set out for a departure at the latest.
func (m *moment) last(d topics.Departure) time.Time {
	return d.When().Add(-max(0, m.departures.Walk))
}

// standing tells whether a vehicle stood at the platform when the reply was
// made: it can be caught beyond its time, but not with a walk before.
func (m *moment) standing(d topics.Departure) bool {
	return d.AtPlatform && !d.Cancelled && m.departures.Walk <= 0
}

// wait returns the time until a departure, of which pages show whole minutes.
// Leap seconds are not in it: a clock that follows one late is wrong by a second
// until it does.
func (m *moment) wait(d topics.Departure) time.Duration {
	wait := d.When().Sub(m.now)
	m.changesAt(d.When().Add(1 - wait.Truncate(time.Minute)))
	return wait
}

// old tells whether what is shown was received longer ago than it should have
// been: two questions in a row went without a reply.
func (m *moment) old() bool {
	return m.known && m.departures.Received != 0 && m.older(2*m.departures.Period) && !m.older(tooOld)
}
