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

// feed is what the daemon may know of one source of departures.
type feed struct {
	replies      []*reply          // what the daemon may know, the oldest first
	recent       []*reply          // the latest ones, whose delays may be presumed
	emptyBefore  bool              // the reply before was correct, and had no departures
	dataBy       scheduler.Instant // from when on the daemon must know a reply; Never: it need not
	loadingSince scheduler.Instant // from when on it may have no departures
	noneSince    scheduler.Instant // the same, but of several reloads without a reply the first one: the others may have changed nothing
}

// reply is a reply that the daemon received.
type reply struct {
	body       []byte
	maxResults int               // of the request; of the PTV API for each direction
	motis      bool              // it is one of MOTIS
	walk       time.Duration     // to the stop
	period     time.Duration     // of the requests
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
	accepted, believed := o.believes(empty, accepted)
	if !believed {
		return
	}
	mismatch := cannot
	if o.config.directions != "" && !o.filterSeen && (empty || !exact) {
		mismatch, accepted = may, false // the daemon first asks without the filter
	}
	maxResults, _ := strconv.Atoi(r.URL.Query().Get("max_results"))
	o.add(&reply{
		body: response.data, maxResults: maxResults, count: o.config.count, walk: o.config.walk, period: o.config.period,
		catchable: at.Add(o.config.walk), exact: exact, mutated: !exact, accepted: accepted, mismatch: mismatch, received: now,
	})
}

// worldRead is replyRead for MOTIS.
func (o *oracle) worldRead(r *http.Request, response *response, exact, accepted bool) {
	n, err := strconv.Atoi(r.URL.Query().Get("n"))
	if err != nil {
		return // it asks for something else
	}
	at, err := http.ParseTime(response.Header.Get("Date"))
	if err != nil {
		panic("simulate: Date of the reply: " + err.Error())
	}
	accepted, believed := o.world.believes(exact && isEmpty(response.data), accepted)
	if !believed {
		return
	}
	o.world.add(&reply{
		body: response.data, maxResults: n, motis: true, count: worldCount, walk: worldWalk, period: worldPeriod,
		catchable: at.Add(worldWalk), exact: exact, mutated: !exact, accepted: accepted, received: o.clock.Now(),
	})
}

// believes reports whether a reply may be used: a single empty one is not. It returns
// whether it certainly is accepted, which depends on which one the daemon had accepted
// before.
func (f *feed) believes(empty, accepted bool) (certainly, believed bool) {
	if !empty || f.emptyBefore {
		f.emptyBefore = empty
		return accepted, true
	}
	f.emptyBefore = true
	return false, f.dataBy == scheduler.Never || len(f.replies) != 1 || !f.replies[0].exact
}

// add adds a reply. If the daemon certainly has accepted it, those before are outdated.
func (f *feed) add(read *reply) {
	if read.accepted {
		f.dataBy = min(f.dataBy, read.received)
		for _, a := range f.replies {
			a.outdated = min(a.outdated, read.received)
		}
	}
	read.outdated, read.earlier, read.follows = scheduler.Never, slices.Clone(f.recent), true
	for _, e := range f.recent {
		if lost := e.received < f.loadingSince; read.received.Sub(e.received) < delayKept+blurred && (lost || !e.accepted) {
			read.follows = false
		}
	}
	f.replies, f.recent = append(f.replies, read), append(f.recent, read)
	if len(f.recent) > maxRecent {
		f.recent[0].services() // while the replies before it are known
		f.recent = slices.Clone(f.recent[1:])
	}
}

// lifetime is the age of the reply from which on no minutes may be shown.
func (a *reply) lifetime() time.Duration { return max(maxAge, 3*a.period) }

// dropOutdated drops replies that were outdated before an instant.
func (f *feed) dropOutdated(at scheduler.Instant) {
	for len(f.replies) > 1 && f.replies[0].outdated < at {
		f.replies = f.replies[1:]
	}
}

// wrongReply returns why a picture does not follow from a reply, or "".
func (o *oracle) wrongReply(a *reply, r reading, m moment) string {
	age := m.at.Sub(a.received)
	if age > a.lifetime() {
		if (r == reading{kind: words, text: "Old data"}) {
			return ""
		}
		return "the departures are " + age.String() + " old"
	}
	if old := age > 2*a.period; r.old != old {
		return "the departures are " + age.String() + " old, and the mark for old data does not fit"
	}
	if a.mismatch != cannot && o.saysFilter(r) {
		return ""
	}
	if r.kind == row && r.text != "" {
		return o.wrongRowText(a, r.text, m)
	}
	want := o.expect(a, r, m)
	want.marks = r.marks
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
	recent := o.recent
	if a.motis {
		recent = o.world.recent
	}
	for _, c := range r.cells {
		if r.kind != departures && r.kind != row || c != "" && !a.canShow(c, m.clock, o.config.file.Timezone, recent) {
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
		if want.piece = o.textPicture(s.text(o.config.file.Timezone)); want.piece.shows(r.piece, o.narrowed, r.any()) {
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
	list, all := o.list[:0], a.servicesAt(m)
	for i := range all {
		s := &all[i]
		wait := s.when().Sub(m.clock)
		fresh := m.at.Sub(a.received) <= 2*a.period
		if wait < a.walk && !(s.waits(a.walk) && fresh && wait >= -2*time.Minute) {
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
	for _, s := range a.servicesAt(m) {
		within = within || !s.cancelled && !s.when().Before(m.clock)
		since = since || s.waits(a.walk) || s.when().Sub(received) >= a.walk
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
func (whole picture) shows(piece picture, narrowed int, marked bool) bool {
	if missing := len(piece) - len(whole); missing > 0 {
		whole += picture(strings.Repeat(blank, missing))
	}
	if marked {
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
