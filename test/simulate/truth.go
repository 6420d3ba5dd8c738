package simulate

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"ptvd/internal/scheduler"
	"ptvd/plugins/panel/font"
)

// reply is a reply of the PTV API that the daemon received.
type reply struct {
	body       []byte
	maxResults int               // of the request, for each direction
	count      int               // how many departures the daemon keeps ...
	catchable  time.Time         // ... that depart at this time or later
	exact      bool              // it is known what the daemon makes of the reply
	mutated    bool              // what the daemon received is not the reply, but was made from it
	accepted   bool              // the daemon certainly uses it
	mismatch   mismatch          // whether it is no end of service, but of the filter
	earlier    []*reply          // those before it, whose delays count where estimates are missing
	follows    bool              // the daemon has certainly used all of the earlier ones
	received   scheduler.Instant // when the last byte was read
	outdated   scheduler.Instant // when the next reply was certainly received; Never: not yet
	list       []service         // in the order of departure; nil: not decoded yet
	complete   bool              // there are no departures after those in the list
}

// replyRead records that the daemon read the body of a response to its end. If it
// certainly accepted the reply, earlier replies are outdated.
func (o *oracle) replyRead(r *http.Request, response *response, exact, accepted bool) {
	now := o.clock.Now()
	at, err := http.ParseTime(response.Header.Get("Date"))
	if err != nil {
		panic("simulate: Date of the reply: " + err.Error())
	}
	empty := exact && isEmpty(response.data)
	if o.filterRead(r, response.data, exact && accepted, empty) {
		return
	}
	if empty && !o.emptyBefore {
		if o.emptyBefore = true; o.dataBy != scheduler.Never && len(o.replies) == 1 && o.replies[0].exact {
			return // a single empty reply is not believed
		}
		accepted = false // it depends on which reply the daemon had accepted
	} else {
		o.emptyBefore = empty
	}
	mismatch := cannot
	if o.config.directions != "" && !o.filterSeen && (empty || !exact) {
		mismatch, accepted = may, false // the daemon first asks without the filter
	}
	if accepted {
		o.dataBy = min(o.dataBy, now)
		for _, a := range o.replies {
			a.outdated = min(a.outdated, now)
		}
	}
	maxResults, _ := strconv.Atoi(r.URL.Query().Get("max_results"))
	read := &reply{
		body: response.data, maxResults: maxResults, count: o.config.count, catchable: at.Add(o.config.walk),
		exact: exact, mutated: !exact, accepted: accepted, mismatch: mismatch, received: now, outdated: scheduler.Never,
		earlier: slices.Clone(o.recent), follows: true,
	}
	for _, e := range o.recent {
		if lost := e.received < o.loadingSince; now.Sub(e.received) < delayKept+blurred && (lost || !e.accepted) {
			read.follows = false
		}
	}
	o.replies, o.recent = append(o.replies, read), append(o.recent, read)
	if len(o.recent) > maxRecent {
		o.recent[0].services() // while the replies before it are known
		o.recent = slices.Clone(o.recent[1:])
	}
}

// dropOutdated drops replies that were outdated before an instant.
func (o *oracle) dropOutdated(at scheduler.Instant) {
	for len(o.replies) > 1 && o.replies[0].outdated < at {
		o.replies = o.replies[1:]
	}
}

// wrongReply returns why a picture does not follow from a reply, or "".
func (o *oracle) wrongReply(a *reply, r reading, m moment) string {
	age := m.at.Sub(a.received)
	if age > maxAge {
		if (r == reading{kind: words, text: "Old data"}) {
			return ""
		}
		return "the departures are " + age.String() + " old"
	}
	if old := age > 2*o.config.period; r.old != old {
		return "the departures are " + age.String() + " old, and the mark for old data does not fit"
	}
	if a.mismatch != cannot && o.saysFilter(r) {
		return ""
	}
	want := o.expect(a, r, m)
	want.old = r.old
	switch {
	case a.mismatch == must:
		return "it should say that the filter matches nothing"
	case r == want:
		return ""
	case a.exact:
		return "it should be " + want.String()
	case r.kind == words && (r.text == "No more" || r.text == "Missed" || r.text == "Later"):
		return "" // all departures may have been lost by mutation
	}
	for _, c := range r.cells {
		if r.kind != departures && r.kind != row || c != "" && !a.canShow(c, m.clock, o.config.file.Timezone, o.recent) {
			return "the reply has no such departure"
		}
	}
	return ""
}

// expect returns the correct reading after a reply, of the same page as the given
// reading. For a row it has the same place, and the same part of the text if that is a
// part of the correct text.
func (o *oracle) expect(a *reply, r reading, m moment) reading {
	places := cellsOn(o.config.width)
	if r.kind == row {
		places = o.config.rows
	}
	list := o.next(a, m, places)
	switch {
	case len(list) == 0:
		return reading{kind: words, text: o.reasonForNone(a, m)}
	case r.kind == row && r.place > len(list):
		return reading{kind: words, text: "no departure in its place"}
	case r.kind == row:
		s := list[r.place-1]
		want := reading{kind: row, place: r.place, cells: [maxCells]string{s.badge(m.clock, o.config.file.Timezone)}}
		if want.piece = o.textPicture(s.text(o.config.file.Timezone)); want.piece.shows(r.piece, o.narrowed, r.old) {
			want.piece = r.piece
		}
		return want
	}
	want := reading{kind: departures}
	used, shown, runs := 0, 0, false // cells, departures
	for _, s := range list {
		badge, needs := s.badge(m.clock, o.config.file.Timezone), 1
		if strings.Contains(badge, ":") {
			needs = 2
		}
		for !s.cancelled && !runs && shown > 0 && used+needs > places { // it has a place beside cancelled ones
			used, shown = used-1, shown-1
			want.cells[shown] = ""
		}
		if used+needs > places {
			break
		}
		want.cells[shown] = badge
		used, shown, runs = used+needs, shown+1, runs || !s.cancelled
	}
	return want
}

// next returns the first departures that can be caught. If the first ones are all
// cancelled, the last place belongs to the first one that runs. The slice is valid
// until the next call.
func (o *oracle) next(a *reply, m moment, places int) []*service {
	var running *service
	list, all := o.list[:0], a.services()
	for i := range all {
		s := &all[i]
		wait := s.when().Sub(m.clock)
		fresh := m.at.Sub(a.received) <= 2*o.config.period
		if wait < o.config.walk && !(s.waits(o.config.walk) && fresh && wait >= -2*time.Minute) {
			continue
		}
		if running == nil && !s.cancelled {
			running = s
		}
		if len(list) < places {
			list = append(list, s)
		}
	}
	if running != nil && len(list) == places && !slices.Contains(list, running) {
		list[places-1] = running
	}
	o.list = list
	return list
}

// reasonForNone returns the words that are shown if no departure can be caught.
func (o *oracle) reasonForNone(a *reply, m moment) string {
	received := m.clock.Add(-m.at.Sub(a.received))
	within, since := false, false
	for _, s := range a.services() {
		within = within || !s.cancelled && !s.when().Before(m.clock)
		since = since || s.waits(o.config.walk) || s.when().Sub(received) >= o.config.walk
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

// textPicture returns the picture of a row's whole text, from a cache.
func (o *oracle) textPicture(text string) picture {
	p, ok := o.texts[text]
	if !ok {
		p = letters(font.Text, text)
		o.texts[text] = p
	}
	return p
}

// shows reports whether a piece may be the visible part of a scrolling text: all of it
// and dark columns, or any part of that width. The last columns stay dark where the
// badge beside the text was wider before.
func (whole picture) shows(piece picture, narrowed int, old bool) bool {
	if missing := len(piece) - len(whole); missing > 0 {
		whole += picture(strings.Repeat(blank, missing))
	}
	if old {
		whole = whole.above() // the mark covers the bottom row
	}
	for ; narrowed > 0 && strings.HasSuffix(string(piece), blank); narrowed-- {
		piece = piece[:len(piece)-1]
	}
	return strings.Contains(string(whole), string(piece))
}

// canShow reports whether a badge is correct for a departure of which some values were
// lost by mutation. The delay of a lost estimate is that of an earlier reply.
func (a *reply) canShow(badge string, now time.Time, zone *time.Location, recent []*reply) bool {
	badge = strings.TrimSuffix(badge, "~")
	return slices.ContainsFunc(a.services(), func(s service) bool {
		times := []time.Time{s.scheduled, s.estimated}
		for _, earlier := range recent {
			for _, e := range earlier.services() {
				if e.scheduled.Equal(s.scheduled) {
					times = append(times, e.estimated)
				}
			}
		}
		for _, when := range times {
			text := waitText(when, now, zone)
			switch {
			case when.IsZero():
			case badge == text, badge == "✗" && s.cancelled, badge == "now" && text == "0",
				strings.HasPrefix(badge, "🚌") && s.bus && strings.TrimPrefix(badge, "🚌") == text:
				return true
			}
		}
		return false
	})
}
