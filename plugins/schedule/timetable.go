package schedule

import (
	"time"

	sunrise "github.com/nathan-osman/go-sunrise"
	"github.com/robfig/cron/v3"

	"ptvd/plugins"
)

// timetable is when an entry is due: the instants of all of its rules.
type timetable []rule

// rule returns the first instant at which something is due after another, in the zone of
// that; zero: there is none for years.
type rule func(after time.Time) time.Time

// newTimetable returns the timetable of an entry that is valid.
func newTimetable(e Entry, place plugins.Position) (all timetable) {
	var days Days
	for _, d := range e.Days {
		days |= d
	}
	if days == 0 {
		days = 1<<len(dayNames) - 1
	}
	if e.Cron != "" {
		all = append(all, civilRule(e.Cron.parse()))
	}
	for _, at := range e.At {
		if at.Event == Midnight {
			const every = ^uint64(0)
			all = append(all, civilRule(&cron.SpecSchedule{
				Minute: 1 << (at.Offset / time.Minute % 60), Hour: 1 << (at.Offset / time.Hour),
				Dom: every, Month: every, Dow: uint64(days),
			}))
		} else {
			all = append(all, sunRule(at, days, place))
		}
	}
	return all
}

// next returns when the entry is due next after an instant; zero: not for years.
func (all timetable) next(after time.Time) (first time.Time) {
	for _, rule := range all {
		if at := rule(after); first.IsZero() || !at.IsZero() && at.Before(first) {
			first = at
		}
	}
	return first
}

// last returns when the entry was due last, after one instant and up to another; zero: it
// was not.
func (all timetable) last(after, until time.Time) (last time.Time) {
	for {
		next := all.next(after)
		if next.IsZero() || next.After(until) {
			return last
		}
		after, last = next, next
	}
}

// civilRule follows an expression of the civil time.
func civilRule(expression *cron.SpecSchedule) rule {
	return func(after time.Time) time.Time {
		for civil := civilOf(after); ; {
			civil = nextCivil(expression, civil)
			if civil.IsZero() {
				return civil
			}
			// What the clock shows a second time was due the first time.
			if at := instantOf(civil, after.Location()); at.After(after) {
				return at
			}
		}
	}
}

// nextCivil returns the first minute after a civil time that matches an expression; zero:
// there is none in eight years, in which there is a 29th of February.
func nextCivil(e *cron.SpecSchedule, after time.Time) time.Time {
	t := after.Truncate(time.Minute).Add(time.Minute)
	for limit := t.AddDate(8, 0, 0); t.Before(limit); {
		switch {
		case e.Month>>t.Month()&1 == 0 || !matchesDay(e, t):
			t = t.Truncate(24 * time.Hour).Add(24 * time.Hour)
		case e.Hour>>t.Hour()&1 == 0:
			t = t.Truncate(time.Hour).Add(time.Hour)
		case e.Minute>>t.Minute()&1 == 0:
			t = t.Add(time.Minute)
		default:
			return t
		}
	}
	return time.Time{}
}

// matchesDay tells whether a day matches: both of its fields or, as cron has it, one of
// them where both are limited. The library sets the highest bit of a field for *.
func matchesDay(e *cron.SpecSchedule, t time.Time) bool {
	ofMonth, ofWeek := e.Dom>>t.Day()&1 == 1, e.Dow>>t.Weekday()&1 == 1
	if (e.Dom|e.Dow)>>63 == 1 {
		return ofMonth && ofWeek
	}
	return ofMonth || ofWeek
}

// A civil time is what a clock on the wall shows, which is an instant only in a zone. It is
// kept as a time in UTC, where every such time exists once.

func civilOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// instantOf returns the first instant at which clocks in a zone show a civil time. If they
// skip it, that is the instant right after the gap.
func instantOf(civil time.Time, zone *time.Location) time.Time {
	at := time.Date(civil.Year(), civil.Month(), civil.Day(), civil.Hour(), civil.Minute(), civil.Second(), civil.Nanosecond(), zone)
	from, to := at.ZoneBounds() // Date takes the offset of one side of the change that is near
	for _, change := range []time.Time{from, to} {
		if change.IsZero() {
			continue
		}
		shown, before := civilOf(change), civilOf(change.Add(-1)).Add(1)
		if !civil.Before(before) && civil.Before(shown) {
			return change
		}
		if !civil.Before(shown) && civil.Before(before) { // it is shown before the change, and again after it
			return change.Add(civil.Sub(before))
		}
	}
	return at
}

// sunRule follows the sun. The days are those of sunrise or sunset itself, without the offset.
func sunRule(at At, days Days, place plugins.Position) rule {
	return func(after time.Time) time.Time {
		// The days of UTC and of the place differ by up to one, and the offset is less than
		// one. The sun of a polar summer does not set for half a year.
		for n := range 400 {
			day := after.UTC().AddDate(0, 0, n-2)
			event, sunset := sunrise.SunriseSunset(place.Latitude, place.Longitude, day.Year(), day.Month(), day.Day())
			if at.Event == Sunset {
				event = sunset
			}
			due := event.Add(at.Offset).In(after.Location())
			if !event.IsZero() && due.After(after) && days&(1<<event.In(after.Location()).Weekday()) != 0 {
				return due
			}
		}
		return time.Time{}
	}
}
