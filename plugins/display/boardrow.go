package display

import (
	"cmp"
	"image"
	"strings"
	"unicode/utf8"

	"ptvd/plugins/panel"
	"ptvd/plugins/panel/font"
	"ptvd/plugins/topics"
)

// boardRow is a departure on a board. What may be shortened is in full first.
type boardRow struct {
	time      string // of day; empty: the minutes are in state
	line      string
	to        []string
	platform  string
	state     []string
	room      []string // what there is room for in place of state, so that the columns stay when 13:00 becomes 59 min, and 10 min 9
	timetable bool     // it goes by the timetable: a line is below the time, or the minutes
}

// boardRows returns the departures as they stand on the board, with their stops if they
// differ.
func (p *departuresRows) boardRows(list []topics.Offer, stops bool, rows []row, m *panel.Moment) (all []boardRow) {
	for i, one := range list {
		full := cmp.Or(one.Headsign, one.Destination, one.Direction, one.Route)
		e := boardRow{line: one.Number, to: []string{full, p.shorten(full)}, timetable: rows[i].badge.timetable}
		if stops && one.At.Stop != "" {
			e.to[0], e.to[1] = full+" from "+one.At.Stop, e.to[1]+" from "+p.shorten(one.At.Stop)
		}
		switch {
		case one.PlatformChanged():
			e.platform = one.Platform + "!"
		case p.Platform:
			e.platform = one.Platform
		}
		if b := rows[i].badge; p.Times == timesOfDay {
			e.time, e.state = p.timeOfDay(one, b, m)
		} else if e.state = minutes(one, b, m); b.counts || b.timeOfDay {
			digits := strings.TrimPrefix(b.text, "🚌")
			b.text, b.counts = strings.TrimSuffix(b.text, digits)+"00", true
			e.room = minutes(one, b, m)
		}
		all = append(all, e)
	}
	return all
}

// minutes returns the state of a departure whose minutes are counted.
func minutes(one topics.Offer, b badge, m *panel.Moment) []string {
	if one.Cancelled {
		at := one.Scheduled.In(one.At.Location(m.Moment)).Format("15:04")
		return []string{at + " cancelled", at + " ✗", "✗"}
	}
	full := strings.Replace(b.text, "🚌", "bus ", 1)
	if b.counts {
		full += " min"
	}
	return []string{full, b.text}
}

// timeOfDay returns when a departure is scheduled, and what is known beyond that.
func (p *Departures) timeOfDay(one topics.Offer, b badge, m *panel.Moment) (scheduled string, state []string) {
	zone := one.At.Location(m.Moment)
	earlier := p.Show.earlier(one)
	scheduled, expected := one.Scheduled.Add(-earlier).In(zone).Format("15:04"), one.When().Add(-earlier).In(zone).Format("15:04")
	switch {
	case one.Cancelled:
		return scheduled, []string{"cancelled", "✗"}
	case b.text == "now":
		state = []string{"now"}
	case b.timetable:
		state = []string{"timetable", ""}
	case scheduled == expected:
		state = []string{"on time", ""}
	default:
		state = []string{"exp " + expected, expected}
	}
	if one.ReplacedByBus {
		state[0] = strings.TrimSuffix("bus "+state[0], " timetable")
		state[len(state)-1] = "🚌" + state[len(state)-1]
	}
	return scheduled, state
}

// shortenings is what is shortened of a board on which a destination does not fit, one
// step after the other: words of destinations, then those of the state, which become
// signs.
var shortenings = []struct{ to, state int }{{0, 0}, {1, 0}, {1, 1}, {1, 2}}

// columns are the widths of a board's columns, 0 for those that are not there, and how
// what is in them is shortened.
type columns struct {
	face *font.Face
	gap  int // between two of them

	time, line, to, platform, state int
	margin                          int // right of the state: minutes begin in a column of four pixels, as a wide panel counts them

	shortened struct{ to, state int }
}

// fit returns the columns for some rows. Where the shortenings do not suffice destinations
// are cut off, but keep a third of the width: before that the letters become smaller, and
// then the platforms are left out.
func (l *layout) fit(rows []boardRow) (c columns) {
	least := l.body.Dx() / 3
	for _, face := range l.faces {
		for _, step := range shortenings {
			c = columns{face: face, gap: face.Height / 2, shortened: step}
			if c.measure(rows, l.body.Dx()); c.widest(rows) <= c.to {
				return c
			}
		}
		if c.to >= least {
			return c
		}
	}
	if c.platform > 0 {
		c.to, c.platform = c.to+c.platform+c.gap, 0
	}
	return c
}

// drawRows draws the rows of a board. Accents for which there is no room below the heading
// are left out.
func (l *layout) drawRows(on *image.Gray, rows []boardRow) {
	on = part(on, image.Rectangle{Min: image.Pt(0, l.head), Max: on.Rect.Max})
	c := l.fit(rows)
	for i, r := range rows {
		x, y := l.body.Min.X, l.body.Min.Y+i*l.pitch+(l.pitch-c.face.Height)/2
		put := func(text string, width int) {
			if width > 0 {
				c.face.Draw(on, x, y, cut(c.face, text, width))
				x += width + c.gap
			}
		}
		put(r.time, c.time)
		put(r.line, c.line)
		put(nth(r.to, c.shortened.to), c.to)
		if c.platform > 0 && r.platform != "" {
			font.Fill(on, image.Rect(x, y-1, x+c.platform, y+c.face.Base+1), dim)
			c.face.DrawLevel(on, x+(c.platform-c.face.Width(r.platform))/2, y, r.platform, 0)
		}
		state := nth(r.state, c.shortened.state)
		right := l.body.Max.X - c.margin
		left := right - c.face.Width(state)
		if c.face.Draw(on, left, y, state); c.time > 0 {
			left, right = l.body.Min.X, l.body.Min.X+c.face.Width(r.time)
		}
		if r.timetable {
			row := y + (c.face.Base+c.face.Height)/2
			font.Fill(on, image.Rect(left, row, right, row+1), 0xff)
		}
	}
}

// measure measures the columns of a board of a width. The destinations have what the
// others leave; of a line longer than a quarter of the width, what they do not need.
func (c *columns) measure(rows []boardRow, width int) {
	for _, r := range rows {
		c.time = max(c.time, c.face.Width(r.time))
		c.line = max(c.line, c.face.Width(r.line))
		c.state = max(c.state, c.face.Width(nth(r.state, c.shortened.state)), c.face.Width(nth(r.room, c.shortened.state)))
		if r.platform != "" {
			c.platform = max(c.platform, c.face.Width(r.platform)+4)
		}
	}
	if width >= secondsWidth {
		c.margin = (width - c.face.Width("00 min")) % 4
		c.state += c.margin
	}
	c.to = width
	for _, other := range []int{c.time, c.line, c.platform, c.state} {
		if other > 0 {
			c.to -= other + c.gap
		}
	}
	short := max(0, min(c.widest(rows)-c.to, c.line-width/4))
	c.line, c.to = c.line-short, c.to+short
}

// widest returns the width of the widest destination.
func (c *columns) widest(rows []boardRow) (width int) {
	for _, r := range rows {
		width = max(width, c.face.Width(nth(r.to, c.shortened.to)))
	}
	return width
}

// nth returns one of several texts, or the last one; empty: there is none.
func nth(texts []string, n int) string {
	if len(texts) == 0 {
		return ""
	}
	return texts[min(n, len(texts)-1)]
}

// cut cuts a text off to a width.
func cut(face *font.Face, text string, width int) string {
	if face.Width(text) <= width {
		return text
	}
	for text != "" {
		_, size := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-size]
		if short := strings.TrimRight(text, " ,") + "…"; face.Width(short) <= width {
			return short
		}
	}
	return ""
}
