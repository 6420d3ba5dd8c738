// Package departures is what sources of departures share, whatever they ask: a [Source]
// asks in a period, with pauses after failures, and publishes which of the rows of the
// replies are departures of their own, what is known over a reply that lacks it, and how
// much is passed on. A plugin is left with its requests and a decoder. The rules for
// readers stand in package topics.
package departures

import (
	"time"

	"ptvd/plugins"
	"ptvd/plugins/topics"
)

// keptPast is how long ago a departure may have left to be kept, for readers whose
// clock is behind.
const keptPast = 10 * time.Minute

// Next returns the departures in order: up to count that run and can be caught at a
// time with a walk, and those before and between them. It tells whether count left
// any out. Without a time, which is zero, none counts as past.
//
// Rows of one vehicle are one departure, see [topics.Distinct].
func Next(list []topics.Departure, at time.Time, walk time.Duration, count int) (next []topics.Departure, cut bool) {
	catchable := 0
	for _, d := range topics.Distinct(list) {
		if d.When().Before(at.Add(-keptPast)) {
			continue
		}
		if !d.Cancelled && !d.When().Before(at.Add(walk)) {
			if catchable++; catchable > count {
				return next, true
			}
		}
		next = append(next, d)
	}
	return next, false
}

// Delays remembers how late each run was, for replies that lack an estimate which the
// one before had. The zero value is ready.
type Delays struct{ known map[run]delay }

type run struct {
	name      string
	scheduled time.Time
}

type delay struct {
	by time.Duration
	at plugins.Instant
}

// presumedFor is how long a delay is presumed after its last estimate. Then the
// timetable counts.
const presumedFor = 2 * time.Minute

// Presume completes the departures of a reply that came now: one whose estimate has
// vanished is presumed to be as late as it was. Without that a train which is six
// minutes late would leave in no time, and come back with the next reply.
func (d *Delays) Presume(list []topics.Departure, now plugins.Instant) {
	next := map[run]delay{}
	for i := range list {
		one := &list[i]
		key := run{one.Run, one.Scheduled}
		if one.Run == "" || one.Cancelled {
			continue
		}
		if !one.Estimated.IsZero() {
			next[key] = delay{one.Estimated.Sub(one.Scheduled), now}
			continue
		}
		if last, ok := d.known[key]; ok && now.Sub(last.at) <= presumedFor {
			one.Estimated, one.Presumed = one.Scheduled.Add(last.by), true
			next[key] = last
		}
	}
	d.known = next
}
