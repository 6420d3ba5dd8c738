package simulate

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"ptvd/internal/scheduler"
	"ptvd/plugins/panel/font"
)

// reply is an answer of the service that has reached the daemon.
type reply struct {
	body     []byte
	most     int               // how many departures in each direction were asked for …
	count    int               // … how many of them are kept that could be caught …
	at       time.Time         // … namely what leaves from then on
	exact    bool              // the daemon has got it as it is, not with parts that cannot be read
	received scheduler.Instant // when the last byte was read
	outdated scheduler.Instant // when the next one came for sure; Never: it has not
	list     []service         // in the order of leaving; nil: not read yet
	complete bool              // nothing leaves after those
}

// service is one departure.
type service struct {
	scheduled, estimated time.Time
	cancelled, bus       bool
	atPlatform           bool
	destination          string // with the number of its route, where that has one
	platform             string
	express              bool
}

func (s service) when() time.Time {
	if s.estimated.IsZero() {
		return s.scheduled
	}
	return s.estimated
}

// answered says that the daemon has read the body of an answer to a request to its
// end. Where it is sure to have taken it, what it knew before is outdated.
func (o *oracle) answered(r *http.Request, answer *answer, exact, sure bool) {
	now := o.clock.Now()
	if sure {
		o.certain = min(o.certain, now)
		for _, a := range o.answers {
			a.outdated = min(a.outdated, now)
		}
	}
	at, err := http.ParseTime(answer.Header.Get("Date"))
	if err != nil {
		panic("simulate: the stand-in's reply has no date: " + err.Error())
	}
	most, _ := strconv.Atoi(r.URL.Query().Get("max_results"))
	o.answers = append(o.answers, &reply{
		body: answer.data, most: most, count: o.house.count, at: at.Add(o.house.walk),
		exact: exact, received: now, outdated: scheduler.Never,
	})
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
	want := o.expect(a, r, m)
	want.old = r.old
	switch {
	case r == want:
		return ""
	case a.exact:
		return "it should be " + want.String()
	case r.kind == words && (r.text == "No more" || r.text == "Missed" || r.text == "Later"):
		return "" // they may all be in the part that cannot be read
	}
	for _, c := range r.cells {
		if r.kind != departures && r.kind != row || c != "" && !a.may(c, m.clock) {
			return "no departure in the answer is like that"
		}
	}
	return ""
}

// expect returns what has to be read on a page with departures after an answer: on
// the one of a reading, and where that shows a row, of the same place and with as
// much of its text as there is.
func (o *oracle) expect(a *reply, r reading, m moment) reading {
	list := o.next(a, m)
	switch {
	case len(list) == 0:
		return reading{kind: words, text: o.whyNone(a, m)}
	case r.kind == row && r.place > min(o.house.rows, len(list)):
		return reading{kind: words, text: "no departure in its place"}
	case r.kind == row:
		s := list[r.place-1]
		want := reading{kind: row, place: r.place, cells: [maxCells]string{s.badge(s.when().Sub(m.clock))}}
		if want.piece = o.pictureOf(s.says(o.house.file.Timezone)); want.piece.shows(r.piece, r.old) {
			want.piece = r.piece
		}
		return want
	}
	want := reading{kind: departures}
	for i, s := range list[:min(len(list), cellsOn(o.house.width))] {
		want.cells[i] = s.badge(s.when().Sub(m.clock))
	}
	return want
}

// next returns the first departures that can be caught, good until the next call.
func (o *oracle) next(a *reply, m moment) []*service {
	list, all := o.list[:0], a.services()
	for i := range all {
		s := &all[i]
		standing := s.stands(o.house.walk) && m.at.Sub(a.received) <= 2*o.house.period
		if standing || s.when().Sub(m.clock) >= o.house.walk {
			list = append(list, s)
		}
		if len(list) == max(o.house.rows, maxCells) {
			break
		}
	}
	o.list = list
	return list
}

// whyNone returns what is to be said where none can be.
func (o *oracle) whyNone(a *reply, m moment) string {
	received := m.clock.Add(-m.at.Sub(a.received))
	within, since := false, false
	for _, s := range a.services() {
		within = within || !s.cancelled && !s.when().Before(m.clock)
		since = since || s.stands(o.house.walk) || s.when().Sub(received) >= o.house.walk
	}
	switch {
	case !a.complete:
		return "Later"
	case within:
		return "Missed"
	case since:
		return "Later"
	}
	return "No more"
}

// stands tells whether it can be caught beyond its time.
func (s service) stands(walk time.Duration) bool { return s.atPlatform && !s.cancelled && walk == 0 }

// says is what a row tells of a departure, beside the time to it.
func (s service) says(zone *time.Location) string {
	switch {
	case s.cancelled:
		return s.destination + ", " + s.scheduled.In(zone).Format("15:04") + " cancelled"
	case s.bus:
		return s.destination + ", by bus"
	}
	text := s.destination
	if s.platform != "" {
		text += ", platform " + s.platform
	}
	if s.express {
		text += ", express"
	}
	return text
}

// pictureOf is the whole text of a row, drawn once for all.
func (o *oracle) pictureOf(text string) picture {
	p, ok := o.texts[text]
	if !ok {
		p = letters(font.Text, text)
		o.texts[text] = p
	}
	return p
}

// shows tells whether a piece is what may be seen of a text in a window of that
// width: all of it from the left, or, where it does not fit, any part.
func (whole picture) shows(piece picture, old bool) bool {
	if lacks := len(piece) - len(whole); lacks > 0 {
		whole += picture(strings.Repeat(blank, lacks))
	}
	if old {
		whole = whole.above() // the mark stands in the place of the rest
	}
	return strings.Contains(string(whole), string(piece))
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
			Route      int        `json:"route_id"`
			Direction  int        `json:"direction_id"`
			Scheduled  time.Time  `json:"scheduled_departure_utc"`
			Estimated  *time.Time `json:"estimated_departure_utc"`
			AtPlatform bool       `json:"at_platform"`
			Platform   string     `json:"platform_number"`
			Flags      string     `json:"flags"`
		} `json:"departures"`
		Runs map[string]struct {
			Status      string `json:"status"`
			Destination string `json:"destination_name"`
			Express     int    `json:"express_stop_count"`
		} `json:"runs"`
		Routes map[string]struct {
			Name   string `json:"route_name"`
			Number string `json:"route_number"`
		} `json:"routes"`
	}
	if err := json.Unmarshal(a.body, &said); err != nil {
		panic("simulate: the stand-in's reply cannot be read: " + err.Error())
	}
	inDirection := map[int]int{}
	a.complete, a.list = true, []service{}
	for _, d := range said.Departures {
		run, route := said.Runs[d.Ref], said.Routes[strconv.Itoa(d.Route)]
		s := service{
			scheduled: d.Scheduled, atPlatform: d.AtPlatform, platform: d.Platform, express: run.Express > 0,
			cancelled: run.Status == "cancelled", bus: strings.Contains(d.Flags, "RRB"),
			destination: front(run.Destination, route.Name, route.Number),
		}
		if d.Estimated != nil {
			s.estimated = *d.Estimated
		}
		a.list = append(a.list, s)
		inDirection[d.Direction]++
		a.complete = a.complete && inDirection[d.Direction] < a.most
	}
	slices.SortStableFunc(a.list, func(a, b service) int {
		return cmp.Or(a.when().Compare(b.when()), a.scheduled.Compare(b.scheduled))
	})
	if a.exact { // else others may have come in the place of those that were lost
		a.keep()
	}
	a.body = nil
	return a.list
}

// keep drops what the daemon does not keep: what is beyond the count.
func (a *reply) keep() {
	catchable := 0
	for i, s := range a.list {
		if !s.when().Before(a.at) {
			catchable++
		}
		if catchable > a.count {
			a.list, a.complete = a.list[:i], false
			return
		}
	}
}

// front is what the front of a vehicle says: "601 Monash University via North Rd".
func front(destination, route, number string) string {
	place, _, _ := strings.Cut(destination, "/")
	if _, via, ok := strings.Cut(route, " via "); ok {
		place += " via " + via
	}
	return strings.TrimSpace(number + " " + place)
}
