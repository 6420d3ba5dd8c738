package simulate

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"ptvd/internal/scheduler"
	"ptvd/internal/web"
)

// judgePage checks what the page in the browser tells of departures: the words of the
// panel, and the list of each source.
func (o *oracle) judgePage(state web.State) {
	now := o.clock.Now()
	if !o.on || now < o.ignoreUntil || now >= o.end || o.timeReplies == 0 || now < o.booted.Add(firstPicture) {
		return
	}
	for _, t := range state.Topics {
		var wrong func(moment) string
		text, err := json.Marshal(t.Value)
		if err != nil {
			o.fail("topic %s of %s: %v", t.Topic, t.Instance, err)
			continue
		}
		switch {
		case t.Type == "text" && t.Instance == "panel":
			var said string
			_ = json.Unmarshal(text, &said)
			wrong = func(m moment) string { return o.wrongAt(readText(said), m) }
		case t.Type == "departures":
			feed := &o.feed
			switch t.Instance {
			case "world":
				feed = &o.world
			case "trams":
				feed = &o.trams
			}
			wrong = func(m moment) string { return o.wrongList(feed, text, m) }
		default:
			continue
		}
		if why := o.atAnyMoment(wrong); why != "" {
			o.fail("the page is wrong: %s of %s is %.300s, but %s (true time %s)", t.Topic, t.Instance, text, why, o.now().Format("15:04:05.000"))
		}
		o.Told++
	}
}

// atAnyMoment returns why something was not true at any moment since the previous tick, or
// "".
func (o *oracle) atAnyMoment(wrong func(moment) string) (why string) {
	now := o.clock.Now()
	since := now.Add(-o.slack(now))
	for at := now; at > since; at = at.Add(-tick / 10) {
		for off := -clockError; off <= clockError; off += clockError {
			if why = wrong(moment{since, at, o.at(at).Add(off)}); why == "" {
				return ""
			}
		}
		if now.Sub(at) > time.Second {
			at = max(since, at.Add(-tick))
		}
	}
	return why
}

var timeOfDay = regexp.MustCompile(`^(\d\d|--):(\d\d|--)$`)

// readText reads what a picture says in words.
func readText(text string) (r reading) {
	text, r.old = strings.CutSuffix(text, " (old data)")
	text, r.standIn = strings.CutSuffix(text, " (from world)")
	switch {
	case timeOfDay.MatchString(text):
		r.kind, r.text = clock, text
	case strings.HasPrefix(text, "Filter? "):
		r.kind, r.text = words, "Filter?"
	case slices.Contains(slices.Collect(maps.Values(glyphs().words)), text):
		r.kind, r.text = words, text
	default:
		cells := strings.Split(text, ", ")
		r.kind = departures
		for i, cell := range cells {
			badge, ok := badgeOf(cell)
			if !ok || i == maxCells {
				return reading{kind: row, text: text, marks: r.marks}
			}
			r.cells[i] = badge
		}
	}
	return r
}

// badgeOf reads a badge from its words.
func badgeOf(words string) (badge string, ok bool) {
	line, bus := "", ""
	if rest, is := strings.CutSuffix(words, " by the timetable"); is {
		words, line = rest, "~"
	}
	if rest, is := strings.CutPrefix(words, "by bus "); is {
		words, bus = rest, "🚌"
	}
	switch minutes, isMinutes := strings.CutSuffix(words, " min"); {
	case isMinutes:
		words = minutes
	case words == "cancelled":
		words = "✗"
	default:
		words = strings.TrimPrefix(words, "at ")
	}
	_, ok = glyphs().cells[letters(cellFont(words), words).above().trimmed()]
	return bus + words + line, ok
}

// say returns the words of a departure in the nth place of the page of departures.
func (s service) say(n int, now time.Time, zone *time.Location) string {
	in := s
	in.destination = s.sign
	text, badge := in.text(zone), s.badgeWords(now, zone)
	if n > 0 {
		text = "then " + text
	}
	if strings.HasSuffix(text, badge) {
		return text
	}
	return text + ": " + badge
}

func (s service) badgeWords(now time.Time, zone *time.Location) string {
	badge, timetable := strings.CutSuffix(s.badge(now, zone), "~")
	badge, bus := strings.CutPrefix(badge, "🚌")
	switch {
	case badge == "✗":
		return "cancelled"
	case strings.Contains(badge, ":"):
		badge = "at " + badge
	case badge != "now" && !strings.HasSuffix(badge, "d"):
		badge += " min"
	}
	if bus {
		badge = "by bus " + badge
	}
	if timetable {
		badge += " by the timetable"
	}
	return badge
}

// wrongRowText returns why a text is not that of a departure of the replies, or "".
func (o *oracle) wrongRowText(known []*reply, text string, exact bool, m moment) string {
	want := []string{}
	for n, s := range o.next(known, m, o.config.rows) {
		want = append(want, s.say(n, m.clock, o.config.file.Timezone))
	}
	if !exact || slices.Contains(want, text) {
		return ""
	}
	return "it should be one of " + strings.Join(want, " | ")
}

// wrongList returns why the list of a source does not follow from any of the replies of
// its feed, or "".
func (o *oracle) wrongList(f *feed, text []byte, m moment) string {
	var list *struct {
		Freshness string
		Next      []struct {
			Leaves    time.Time
			In        float64 `json:"in_s"`
			Live      bool
			Cancelled bool
			Bus       bool
		}
	}
	if err := json.Unmarshal(text, &list); err != nil {
		return err.Error()
	}
	if list == nil || list.Freshness == "none" {
		if may, _ := f.lost(m); may || m.since < f.dataBy || f.dataBy == scheduler.Never {
			return ""
		}
		return "there was a reply"
	}
	if len(list.Next) == 0 && m.since < o.syncedBy {
		return "" // what has left may not be known
	}
	wrong := "nothing was received yet"
	for _, a := range slices.Backward(f.replies) {
		if a.outdated < m.since {
			break
		}
		if !a.exact {
			return ""
		}
		var want []service
		for _, s := range a.servicesAt(m) {
			wait, fresh := s.when().Sub(m.clock), m.at.Sub(a.received) <= 2*a.period
			if wait >= 0 || s.waits(a.walk) && fresh && wait >= -2*time.Minute {
				want = append(want, s)
			}
		}
		want = want[:min(len(want), 8)]
		if len(want) != len(list.Next) {
			wrong = "it should have another length"
			continue
		}
		wrong = ""
		for i, s := range want {
			got := list.Next[i]
			_, zone := got.Leaves.Zone()
			_, right := s.when().In(o.config.file.Timezone).Zone()
			in := s.when().Sub(m.clock).Seconds() - got.In
			if !got.Leaves.Equal(s.when()) || zone != right || in > 1 || in < -1 || got.Cancelled != s.cancelled || got.Bus != s.bus ||
				got.Live != (!s.estimated.IsZero() && !s.presumed && !s.cancelled) {
				wrong = "it should have " + s.say(0, m.clock, o.config.file.Timezone) + " at " + s.when().Format(time.RFC3339)
			}
		}
		if age := m.at.Sub(a.received); wrong == "" && (list.Freshness == "fresh") != (age <= 2*a.period) {
			wrong = "it is " + age.String() + " old"
		}
		if wrong == "" {
			return ""
		}
	}
	return wrong
}
