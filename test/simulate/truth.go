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

// reply is a reply of the PTV API that the daemon received.
type reply struct {
	body       []byte
	maxResults int               // of the request, for each direction
	count      int               // how many departures the daemon keeps ...
	catchable  time.Time         // ... that depart at this time or later
	exact      bool              // it is known what the daemon makes of the reply
	mutated    bool              // what the daemon received is not the reply, but was made from it
	accepted   bool              // the daemon certainly uses it
	earlier    []*reply          // those before it, whose delays count where estimates are missing
	follows    bool              // the daemon has certainly used all of the earlier ones
	received   scheduler.Instant // when the last byte was read
	outdated   scheduler.Instant // when the next reply was certainly received; Never: not yet
	list       []service         // in the order of departure; nil: not decoded yet
	complete   bool              // there are no departures after those in the list
}

// service is one departure.
type service struct {
	scheduled, estimated time.Time
	cancelled, bus       bool
	atPlatform           bool
	presumed             bool   // the estimate is that of an earlier reply
	run                  string // its reference
	route                int
	destination          string // with the number of its route, if that has one
	platform             string
	express              bool
}

// when returns the time that counts: of a cancelled service the scheduled one.
func (s service) when() time.Time {
	if s.estimated.IsZero() || s.cancelled {
		return s.scheduled
	}
	return s.estimated
}

// replyRead records that the daemon read the body of a response to its end. If it
// certainly accepted the reply, earlier replies are outdated.
func (o *oracle) replyRead(r *http.Request, response *response, exact, accepted bool) {
	now := o.clock.Now()
	at, err := http.ParseTime(response.Header.Get("Date"))
	if err != nil {
		panic("simulate: Date of the reply: " + err.Error())
	}
	if empty := exact && isEmpty(response.data); empty && !o.emptyBefore {
		if o.emptyBefore = true; o.dataBy != scheduler.Never && len(o.replies) == 1 && o.replies[0].exact {
			return // a single empty reply is not believed
		}
		accepted = false // it depends on which reply the daemon had accepted
	} else {
		o.emptyBefore = empty
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
		exact: exact, mutated: !exact, accepted: accepted, received: now, outdated: scheduler.Never,
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

const (
	// delayKept is how long a delay counts after the last estimate.
	delayKept = 2 * time.Minute
	// blurred is how much earlier or later the daemon may find that time over.
	blurred = 5 * time.Second
	// maxRecent is more than the number of replies in that time.
	maxRecent = 8
)

// isEmpty reports whether a reply has no departures at all.
func isEmpty(body []byte) bool {
	var message struct {
		Departures []json.RawMessage `json:"departures"`
	}
	return json.Unmarshal(body, &message) == nil && len(message.Departures) == 0
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
	want := o.expect(a, r, m)
	want.old = r.old
	switch {
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

// waits reports whether a train is still at the platform, so that it can be caught
// after its time.
func (s service) waits(walk time.Duration) bool { return s.atPlatform && !s.cancelled && walk == 0 }

// text returns the text of a departure's row.
func (s service) text(zone *time.Location) string {
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

func (s service) badge(now time.Time, zone *time.Location) string {
	if s.cancelled {
		return "✗"
	}
	badge, line := waitText(s.when(), now, zone), ""
	if s.estimated.IsZero() || s.presumed {
		line = "~"
	}
	switch {
	case s.bus:
		return "🚌" + badge + line
	case s.atPlatform && badge == "0":
		return "now" + line
	}
	return badge + line
}

// waitText formats the time until a departure: minutes, from an hour on the time of day,
// from a day on days.
func waitText(when, now time.Time, zone *time.Location) string {
	switch wait := max(0, when.Sub(now)); {
	case wait < time.Hour:
		return strconv.Itoa(int(wait / time.Minute))
	case wait < 24*time.Hour:
		return when.In(zone).Format("15:04")
	default:
		return strconv.Itoa(int(wait/(24*time.Hour))) + "d"
	}
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

// services decodes the body when it is first needed. Most replies are never needed.
func (a *reply) services() []service {
	if a.list != nil || a.body == nil {
		return a.list
	}
	var message struct {
		Departures []struct {
			Stop       int        `json:"stop_id"`
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
			FinalStop   int    `json:"final_stop_id"`
			Destination string `json:"destination_name"`
			Express     int    `json:"express_stop_count"`
		} `json:"runs"`
		Routes map[string]struct {
			Name   string `json:"route_name"`
			Number string `json:"route_number"`
		} `json:"routes"`
	}
	if err := json.Unmarshal(a.body, &message); err != nil {
		panic("simulate: decode reply: " + err.Error())
	}
	inDirection := map[int]int{}
	a.complete, a.list = true, []service{}
	for _, d := range message.Departures {
		run, route := message.Runs[d.Ref], message.Routes[strconv.Itoa(d.Route)]
		s := service{
			scheduled: d.Scheduled, atPlatform: d.AtPlatform, platform: d.Platform, express: run.Express > 0,
			cancelled: run.Status == "cancelled", bus: strings.Contains(d.Flags, "RRB"),
			destination: headsign(run.Destination, route.Name, route.Number), run: d.Ref, route: d.Route,
		}
		inDirection[d.Direction]++ // of all rows, since the API counts them all
		a.complete = a.complete && inDirection[d.Direction] < a.maxResults
		setsDown, ends := slices.Contains(strings.Split(d.Flags, "-"), "DOO"), run.FinalStop == d.Stop && d.Stop != 0
		if !a.mutated && (setsDown || ends) { // of mutated ones the daemon may not know it
			continue
		}
		if d.Estimated != nil {
			s.estimated = *d.Estimated
		}
		a.list = append(a.list, s)
	}
	if !a.mutated {
		a.presumeDelays()
		a.dropRepeated()
	}
	a.earlier = nil
	slices.SortStableFunc(a.list, func(a, b service) int {
		return cmp.Or(a.when().Compare(b.when()), a.scheduled.Compare(b.scheduled))
	})
	if a.exact { // otherwise the daemon may keep later ones instead of those that were lost
		a.limit()
	}
	a.body = nil
	return a.list
}

// presumeDelays completes services without an estimate by that of an earlier reply.
func (a *reply) presumeDelays() {
	for i := range a.list {
		s := &a.list[i]
		if !s.estimated.IsZero() || s.cancelled {
			continue
		}
		follows := a.follows
		for _, e := range slices.Backward(a.earlier) {
			age := a.received.Sub(e.received)
			if age >= delayKept+blurred {
				break
			}
			known := e.services()
			j := slices.IndexFunc(known, func(other service) bool { return other.run == s.run && other.scheduled.Equal(s.scheduled) })
			switch {
			case j < 0 || known[j].cancelled: // the daemon may have forgotten the delay
				follows = false
				continue
			case known[j].estimated.IsZero() || known[j].presumed:
				continue
			case follows && age < delayKept-blurred:
				s.estimated, s.presumed = known[j].estimated, true
			default:
				a.exact = false
			}
			break
		}
	}
}

// dropRepeated drops rows of the same vehicle, except the one of which most is known.
func (a *reply) dropRepeated() {
	known := func(s service) int {
		switch {
		case s.estimated.IsZero():
			return 0
		case s.presumed:
			return 1
		}
		return 2
	}
	all := a.list
	a.list = make([]service, 0, len(all))
	for i, s := range all {
		repeated := false
		for j, other := range all {
			same := i != j && s.scheduled.Equal(other.scheduled) && s.route == other.route && s.destination == other.destination &&
				s.bus == other.bus && s.cancelled == other.cancelled
			repeated = repeated || same && (known(other) > known(s) || known(other) == known(s) && j < i)
		}
		if !repeated {
			a.list = append(a.list, s)
		}
	}
}

// limit drops departures beyond the count, as the daemon does.
func (a *reply) limit() {
	catchable := 0
	for i, s := range a.list {
		if !s.when().Before(a.catchable) && !s.cancelled {
			catchable++
		}
		if catchable > a.count {
			a.list, a.complete = a.list[:i], false
			return
		}
	}
}

// shortened are words of destinations, and what the panel shows in their place.
var shortened = map[string]string{"Street": "St", "Road": "Rd", "Avenue": "Ave", "University": "Uni"}

// headsign returns the destination with its route as the panel shows it: "601 Monash Uni
// via North Rd".
func headsign(destination, route, number string) string {
	place, _, _ := strings.Cut(destination, "/")
	if _, via, ok := strings.Cut(route, " via "); ok {
		place += " via " + via
	}
	words := strings.Fields(number + " " + place)
	for i, word := range words {
		if short, ok := shortened[word]; ok {
			words[i] = short
		}
	}
	return strings.Join(words, " ")
}
