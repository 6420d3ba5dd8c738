// Package departures is what sources of departures share, whatever they ask: a [Source]
// asks in a period, with pauses after failures, and publishes which of the rows of the
// replies are departures of their own, what is known over a reply that lacks it, and how
// much is passed on. A plugin is left with its requests and a decoder. The rules for
// readers stand in package topics.
package departures

import (
	"cmp"
	"slices"
	"strings"
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
// Rows of one vehicle are one departure: scheduled in the same minute, for the same
// destination, on the same line (or on a "combined" one that names it) and not on
// another platform. The row with real time stays.
func Next(list []topics.Departure, at time.Time, walk time.Duration, count int) (next []topics.Departure, cut bool) {
	catchable := 0
	for _, d := range vehicles(list) {
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

// vehicles returns one row for each vehicle, in order.
func vehicles(list []topics.Departure) (unique []topics.Departure) {
	inMinute := map[int64][]int{} // the indexes in unique, by when they are scheduled
	for _, d := range list {
		minute := d.Scheduled.Truncate(time.Minute).Unix()
		same := slices.IndexFunc(inMinute[minute], func(i int) bool { return sameVehicle(d, unique[i]) })
		if same < 0 {
			inMinute[minute] = append(inMinute[minute], len(unique))
			unique = append(unique, d)
		} else if i := inMinute[minute][same]; better(d, unique[i]) {
			unique[i] = d
		}
	}
	slices.SortStableFunc(unique, func(a, b topics.Departure) int {
		return cmp.Or(a.When().Compare(b.When()), a.Scheduled.Compare(b.Scheduled))
	})
	return unique
}

// sameVehicle tells whether two rows that are scheduled in the same minute are of one
// vehicle.
func sameVehicle(a, b topics.Departure) bool {
	const close = time.Minute // two estimates of one vehicle
	return strings.EqualFold(a.Destination, b.Destination) &&
		(a.Cancelled == b.Cancelled || repeats(a, b) || repeats(b, a)) && a.ReplacedByBus == b.ReplacedByBus &&
		(a.Platform == b.Platform || a.Platform == "" || b.Platform == "") &&
		(!a.Live() || !b.Live() || a.Estimated.Sub(b.Estimated).Abs() <= close) &&
		sameLine(a, b)
}

func sameLine(a, b topics.Departure) bool {
	switch {
	case a.Number == b.Number:
		return a.Number != "" || a.Route == b.Route
	case combined(a):
		return names(a.Number, b.Number)
	case combined(b):
		return names(b.Number, a.Number)
	}
	return false
}

// combined tells whether a line stands for several: "802-804-862 combined".
func combined(d topics.Departure) bool {
	return strings.Contains(strings.ToLower(d.Number), "combined")
}

func names(combined, number string) bool {
	isSeparator := func(r rune) bool { return r == '-' || r == ' ' || r == '/' }
	return slices.Contains(strings.FieldsFunc(combined, isSeparator), number)
}

// repeats tells whether a row of a combined line, which may not know that the run was
// cancelled, stands for another row.
func repeats(a, other topics.Departure) bool {
	return combined(a) && !combined(other) && !a.Live()
}

func better(d, than topics.Departure) bool {
	if d.Cancelled != than.Cancelled {
		return combined(than)
	}
	if d.Live() != than.Live() {
		return d.Live()
	}
	if known := !d.Estimated.IsZero(); known == than.Estimated.IsZero() {
		return known
	}
	return combined(than) && !combined(d)
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
