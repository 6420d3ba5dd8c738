package simulate

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"ptvd/internal/scheduler"
)

// reply is an answer of the service that has reached the daemon.
type reply struct {
	body     []byte
	exact    bool              // the daemon has got it as it is, not with parts that cannot be read
	received scheduler.Instant // when the last byte was read
	outdated scheduler.Instant // when the next one came for sure; Never: it has not
	list     []service         // in the order of leaving; nil: not read yet
}

// service is one departure.
type service struct {
	scheduled, estimated time.Time
	cancelled, bus       bool
	atPlatform           bool
}

func (s service) when() time.Time {
	if s.estimated.IsZero() {
		return s.scheduled
	}
	return s.estimated
}

// answered says that the daemon has read a body to its end. Where it is sure to
// have taken it, what it knew before is outdated.
func (o *oracle) answered(body []byte, exact, sure bool) {
	now := o.clock.Now()
	if sure {
		o.certain = min(o.certain, now)
		for _, a := range o.answers {
			a.outdated = min(a.outdated, now)
		}
	}
	o.answers = append(o.answers, &reply{body: body, exact: exact, received: now, outdated: scheduler.Never})
}

// forget drops what was outdated by an instant.
func (o *oracle) forget(at scheduler.Instant) {
	for len(o.answers) > 1 && o.answers[0].outdated < at {
		o.answers = o.answers[1:]
	}
}

// lieAbout returns why a picture is not what follows from an answer.
func (o *oracle) lieAbout(a *reply, r reading, m moment) string {
	age := m.at.Sub(a.received)
	if age > tooOld {
		if (r == reading{kind: words, text: "Old data"}) {
			return ""
		}
		return "the departures are " + age.String() + " old"
	}
	if old := age > 2*o.house.period; r.old != old {
		return "the departures are " + age.String() + " old, which the mark must tell"
	}
	want := o.expect(a, m)
	want.old = r.old
	if r.kind == row && want.kind == departures {
		want = reading{kind: row, place: r.place, cells: [2]string{want.cells[r.place-1]}, old: r.old}
	}
	switch {
	case r == want:
		return ""
	case a.exact:
		return "it should be " + want.String()
	case r.kind == words && (r.text == "No more" || r.text == "Later"):
		return "" // they may all be in the part that cannot be read
	}
	for _, c := range r.cells {
		if r.kind != departures && r.kind != row || c != "" && !a.may(c, m.clock) {
			return "no departure in the answer is like that"
		}
	}
	return ""
}

// expect returns what the minutes page has to show after an answer.
func (o *oracle) expect(a *reply, m moment) reading {
	r := reading{kind: departures}
	n := 0
	for _, s := range a.services() {
		standing := s.atPlatform && !s.cancelled && o.house.walk == 0 && m.at.Sub(a.received) <= 2*o.house.period
		if n < len(r.cells) && (standing || s.when().Sub(m.clock) >= o.house.walk) {
			r.cells[n] = s.badge(s.when().Sub(m.clock))
			n++
		}
	}
	switch {
	case n > 0:
		return r
	case len(a.services()) > 0: // of a timetable that goes on; what leaves after them was not said
		return reading{kind: words, text: "Later"}
	}
	return reading{kind: words, text: "No more"}
}

func (s service) badge(wait time.Duration) string {
	minutes := int(max(0, wait) / time.Minute)
	switch {
	case s.cancelled:
		return "✗"
	case s.bus && minutes >= 600:
		return "🚌"
	case s.bus:
		return "🚌" + span(minutes)
	case s.atPlatform && minutes == 0:
		return "now"
	}
	return span(minutes)
}

// span writes minutes, and where there are a hundred of them, hours.
func span(minutes int) string {
	if minutes < 100 {
		return strconv.Itoa(minutes)
	}
	return strconv.Itoa(minutes/60) + "h"
}

// may tells whether some departure could be shown like that, were a part of what
// is known of it lost.
func (a *reply) may(badge string, now time.Time) bool {
	return slices.ContainsFunc(a.services(), func(s service) bool {
		for _, when := range []time.Time{s.scheduled, s.estimated} {
			minutes := int(max(0, when.Sub(now)) / time.Minute)
			switch {
			case when.IsZero():
			case badge == span(minutes), badge == "✗" && s.cancelled, badge == "now" && minutes == 0,
				strings.HasPrefix(badge, "🚌") && s.bus && strings.TrimPrefix(badge, "🚌") == span(minutes):
				return true
			}
		}
		return false
	})
}

// services reads the body, once and late: most answers are never asked for.
func (a *reply) services() []service {
	if a.list != nil || a.body == nil {
		return a.list
	}
	var said struct {
		Departures []struct {
			Ref        string     `json:"run_ref"`
			Scheduled  time.Time  `json:"scheduled_departure_utc"`
			Estimated  *time.Time `json:"estimated_departure_utc"`
			AtPlatform bool       `json:"at_platform"`
			Flags      string     `json:"flags"`
		} `json:"departures"`
		Runs map[string]struct {
			Status string `json:"status"`
		} `json:"runs"`
	}
	if err := json.Unmarshal(a.body, &said); err != nil {
		panic("simulate: the stand-in's reply cannot be read: " + err.Error())
	}
	for _, d := range said.Departures {
		s := service{
			scheduled: d.Scheduled, atPlatform: d.AtPlatform,
			cancelled: said.Runs[d.Ref].Status == "cancelled", bus: strings.Contains(d.Flags, "RRB"),
		}
		if d.Estimated != nil {
			s.estimated = *d.Estimated
		}
		a.list = append(a.list, s)
	}
	slices.SortStableFunc(a.list, func(a, b service) int {
		return cmp.Or(a.when().Compare(b.when()), a.scheduled.Compare(b.scheduled))
	})
	a.body = nil
	return a.list
}
