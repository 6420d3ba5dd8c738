package simulate

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"ptvd/plugins/panel/font"
)

// wrongReplies returns why a picture does not follow from the replies of the sources that
// it shows, nil for one without, or "".
func (o *oracle) wrongReplies(known []*reply, r reading, m moment) string {
	var oldest time.Duration
	hasData, aged, exact, filter := false, false, true, cannot
	for _, a := range known {
		if a == nil {
			aged = true
			continue
		}
		age := m.at.Sub(a.received)
		oldest, aged = max(oldest, age), aged || age > 2*a.period
		if age <= a.lifetime() {
			hasData, exact, filter = true, exact && a.exact, max(filter, a.mismatch)
		}
	}
	switch {
	case !hasData:
		return o.wrongReason(known, r, m)
	case r.old != aged:
		return "the departures are " + oldest.String() + " old, and the mark for old data does not fit"
	case r.kind != departures && r.text != "No more" && !o.someWanted(known):
		return ""
	case r.kind == row && r.text != "":
		return o.wrongRowText(known, r.text, exact, m)
	}
	want := o.expect(known, r, m)
	want.marks = r.marks
	switch {
	case r != want && filter != cannot && o.saysFilter(r):
		return ""
	case filter == must && len(known) == 1:
		return "it should say that the filter matches nothing"
	case want.kind == words && want.text == "":
		r.marks = marks{}
		return o.wrongReason(known, r, m)
	case r == want:
		return ""
	case exact:
		return "it should be " + want.String()
	case r.kind == words && slices.Contains([]string{"No more", "Missed", "Later", "Filter?"}, r.text):
		return "" // all departures may have been lost by mutation
	case r.kind == words: // the same, beside a source without data
		r.marks = marks{}
		return o.wrongReason(known, r, m)
	}
	for _, c := range r.cells {
		if r.kind != departures && r.kind != row || c != "" && !canShow(known, c, m.clock, o.config.file.Timezone) {
			return "the reply has no such departure"
		}
	}
	return ""
}

// wrongReason returns why the words in place of departures are wrong where a source has no
// data, or they are too old, or "".
func (o *oracle) wrongReason(known []*reply, r reading, m moment) string {
	none, lost, oldest := false, false, time.Duration(0)
	since := o.shownSince
	for i, a := range known {
		if a == nil {
			from, _ := o.sources()
			none, since = true, max(since, from[i].loadingSince)
			continue
		}
		age := m.at.Sub(a.received)
		oldest, lost = max(oldest, age), lost || age > a.lifetime()
	}
	switch {
	case none && r == reading{kind: words, text: "No data"}:
		return ""
	case none && r == reading{kind: words, text: "Loading"}:
		if m.at.Sub(since) <= maxAge {
			return ""
		}
		return "it is loading for too long"
	case none:
		return "nothing was received yet"
	case lost && r == reading{kind: words, text: "Old data"}:
		return ""
	}
	return "the departures are " + oldest.String() + " old"
}

// someWanted reports whether the page wants some of what replies have. Otherwise it may say
// that its filter matches nothing.
func (o *oracle) someWanted(known []*reply) bool {
	return o.config.view.filter == "" || slices.ContainsFunc(known, func(a *reply) bool {
		return a != nil && slices.ContainsFunc(a.services(), o.config.view.wants)
	})
}

// expect returns the correct reading after replies, of the same page as the given
// reading; without a text where a source has no data. For a row it has the same place, and
// the same part of the text if that is a part of the correct text.
func (o *oracle) expect(known []*reply, r reading, m moment) reading {
	places := cellsOn(o.config.width)
	if r.kind == row {
		places = o.config.rows
	}
	list := o.next(known, m, places)
	switch {
	case len(list) == 0:
		return reading{kind: words, text: o.reasonForNone(known, m)}
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
func (o *oracle) next(known []*reply, m moment, places int) []*service {
	var running *service
	list := o.list[:0]
	for _, s := range o.catchable(known, m) {
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

// catchable returns the departures of the replies that are not too old, in order, each
// vehicle once. The slice is valid until the next call.
func (o *oracle) catchable(known []*reply, m moment) []*service {
	all := o.all[:0]
	for _, a := range known {
		if a == nil || m.at.Sub(a.received) > a.lifetime() {
			continue
		}
		services, fresh := a.servicesAt(m), m.at.Sub(a.received) <= 2*a.period
		for i := range services {
			s := &services[i]
			wait := s.when().Sub(m.clock)
			if o.config.view.wants(*s) && (wait >= a.walk || s.waits(a.walk) && fresh && wait >= -2*time.Minute) {
				all = append(all, s)
			}
		}
	}
	if o.all = all; len(known) > 1 {
		all = onceEach(all)
		slices.SortStableFunc(all, func(a, b *service) int {
			return cmp.Or(a.when().Compare(b.when()), a.scheduled.Compare(b.scheduled))
		})
	}
	return all
}

// onceEach keeps one of the departures that two sources tell of one run: where they differ
// whether it runs, the cancelled one, unless the other is live; else the one of which more
// is known.
func onceEach(all []*service) []*service {
	kept := all[:0]
	for _, s := range all {
		i := slices.IndexFunc(kept, func(k *service) bool {
			return k.of != s.of && strings.TrimPrefix(k.run, repeated) == strings.TrimPrefix(s.run, repeated) && k.scheduled.Equal(s.scheduled)
		})
		switch {
		case i < 0:
			kept = append(kept, s)
		case kept[i].cancelled != s.cancelled:
			runs := s
			if s.cancelled {
				runs = kept[i]
			}
			if live := runs.known() == 2; s.cancelled != live {
				kept[i] = s
			}
		case s.known() > kept[i].known():
			kept[i] = s
		}
	}
	return kept
}

// reasonForNone returns the words that are shown if no departure can be caught; empty: a
// source has no data.
func (o *oracle) reasonForNone(known []*reply, m moment) string {
	reasons := []string{}
	for _, a := range known {
		if a == nil || m.at.Sub(a.received) > a.lifetime() {
			return ""
		}
		received := m.clock.Add(-m.at.Sub(a.received))
		within, since := false, false
		for _, s := range a.servicesAt(m) {
			if o.config.view.wants(s) {
				within = within || !s.cancelled && !s.when().Before(m.clock)
				since = since || s.waits(a.walk) || s.when().Sub(received) >= a.walk
			}
		}
		switch {
		case !a.complete:
			reasons = append(reasons, "Later")
		case within:
			reasons = append(reasons, "Missed")
		case since:
			reasons = append(reasons, "Later")
		}
	}
	switch {
	case slices.Contains(reasons, "Later"):
		return "Later"
	case len(reasons) > 0:
		return "Missed"
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
func canShow(known []*reply, badge string, now time.Time, zone *time.Location) bool {
	badge = strings.TrimSuffix(badge, "~")
	return slices.ContainsFunc(known, func(a *reply) bool {
		return a != nil && slices.ContainsFunc(a.services(), func(s service) bool {
			times := []time.Time{s.scheduled, s.estimated}
			for _, earlier := range a.of.recent {
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
	})
}
