package schedule

import (
	"time"

	sunrise "github.com/nathan-osman/go-sunrise"
	"github.com/robfig/cron/v3"

	"ptvd/plugins"
)

// Instants are seconds since 1970 in UTC, and 0 is none. A civil time is what a clock on the
// wall shows, which is an instant only in a zone: it is kept as the instant at which a clock
// in UTC shows it, since each exists there once.

const secondsPerDay = 24 * 60 * 60

// inAYear is how far a schedule looks ahead: a polar summer is half a year without a sunset.
const inAYear = 400 * secondsPerDay

// timetable is when an entry is due: at times of some days of the week, or by a cron
// expression.
type timetable struct {
	at    []At
	days  Days
	place plugins.Position
	cron  *cron.SpecSchedule // nil: there is none
}

// set makes it the timetable of an entry that is valid.
func (t *timetable) set(e *Entry, place plugins.Position) {
	t.at, t.place = e.At, place
	for _, d := range e.Days {
		t.days |= d
	}
	if t.days == 0 {
		t.days = 1<<len(dayNames) - 1
	}
	if e.Cron != "" {
		t.cron = e.Cron.parse()
	}
}

// last returns the last instant after one and up to another at which the entry was due; 0:
// none.
func (t *timetable) last(after, until int64, zone *time.Location) (last int64) {
	for next := t.next(after, until, zone); next != 0; next = t.next(next, until, zone) {
		last = next
	}
	return last
}

// next returns the first instant after one and up to another at which the entry is due; 0:
// none.
func (t *timetable) next(after, until int64, zone *time.Location) (first int64) {
	shown := after + offset(after, zone)
	// The days of the sun and of the clock differ by up to one, and an offset is less than
	// another.
	const margin = 2 * secondsPerDay
	date := time.Unix(after-margin, 0).UTC().Truncate(24 * time.Hour)
	for ; date.Unix() < until+margin; date = date.Add(24 * time.Hour) {
		for _, at := range t.at {
			if due := t.on(date, at, zone); due > after && due <= until {
				first, until = due, due
			}
		}
		if t.cron == nil || !matches(t.cron, date) {
			continue
		}
		for minute := range 24 * 60 {
			civil := date.Unix() + int64(60*minute)
			if uint32(t.cron.Hour)>>(minute/60)&uint32(t.cron.Minute>>(minute%60))&1 == 0 || civil <= shown {
				continue
			}
			switch due := instantOf(civil, zone); {
			case due > until:
				return 0
			case due > after: // and not the second time that the clock shows it
				return due
			}
		}
	}
	return first
}

// on returns the instant of a time on a day; 0: there is none.
func (t *timetable) on(date time.Time, at At, zone *time.Location) int64 {
	var due int64
	if at.Event == Midnight {
		due = instantOf(date.Add(at.Offset).Unix(), zone)
	} else {
		year, month, day := date.Date()
		event, sunset := sunrise.SunriseSunset(t.place.Latitude, t.place.Longitude, year, month, day)
		if at.Event == Sunset {
			event = sunset
		}
		if event.IsZero() {
			return 0
		}
		due, date = event.Add(at.Offset).Unix(), event.In(zone)
	}
	if t.days>>date.Weekday()&1 == 0 {
		return 0
	}
	return due
}

// matches tells whether a day matches: both of its fields or, as cron has it, one of them
// where both are limited. The library sets the highest bit of a field for *.
func matches(e *cron.SpecSchedule, date time.Time) bool {
	_, month, day := date.Date()
	ofMonth, ofWeek := e.Dom>>day&1 == 1, e.Dow>>date.Weekday()&1 == 1
	if (e.Dom|e.Dow)>>63 == 0 && ofMonth != ofWeek {
		ofMonth, ofWeek = true, true
	}
	return ofMonth && ofWeek && e.Month>>month&1 == 1
}

// offset returns how many seconds the clocks of a zone are ahead of UTC.
func offset(instant int64, zone *time.Location) int64 {
	_, offset := time.Unix(instant, 0).In(zone).Zone()
	return int64(offset)
}

// instantOf returns the first instant at which clocks in a zone show a civil time. If they
// skip it, that is the instant right after the gap.
func instantOf(civil int64, zone *time.Location) int64 {
	before := civil - 2*secondsPerDay // before every change that matters
	at := civil - offset(before, zone)
	_, change := time.Unix(before, 0).In(zone).ZoneBounds()
	if change.IsZero() || at < change.Unix() {
		return at
	}
	return max(change.Unix(), civil-offset(change.Unix(), zone))
}
