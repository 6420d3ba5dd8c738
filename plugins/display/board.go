package display

import (
	"cmp"
	"image"
	"strings"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/panel"
	"ptvd/plugins/panel/font"
	"ptvd/plugins/topics"
)

// board is the page with the departures on a high panel, laid out as on a real board: a
// heading, a row for each departure, and below them what disturbs them, and the time. It
// keeps what it has drawn, so that while nothing changes the ticker alone is drawn again.
type board struct {
	layout
	disruptions []string // or why there is no departure
	notes       string   // the same, and how the data are marked
	ticker      *panel.Ticker
	since       plugins.Instant // the ticker is shown

	still   *image.Gray     // the page without the ticker and the clock
	at      panel.Moment    // of still
	version uint64          // of its data
	showing plugins.Instant // when the page was shown first
	clock   string          // the time that is shown
	of      time.Time       // clock; zero: it is not known
}

// keep returns a function that draws the page as draw does, and on a high panel only
// where something has changed.
func (b *board) keep(draw func(*image.Gray, *panel.Moment), version func() uint64) func(*image.Gray, *panel.Moment) {
	return func(on *image.Gray, m *panel.Moment) {
		if !panel.High(on.Rect.Dy()) {
			draw(on, m)
			return
		}
		if showing := m.Mono.Add(-m.Shown); showing != b.showing {
			b.showing, b.since = showing, m.Mono
		}
		if now := version(); b.still == nil || now != b.version || !b.at.Until.Holds(b.at.Moment, m.Moment) {
			before, small := b.notes, b.small
			b.still, b.version = image.NewGray(on.Rect), now
			b.at = *m
			draw(b.still, &b.at)
			b.notes = strings.Join(append(b.at.Marks, b.disruptions...), "  –  ")
			if b.notes != before || b.small != small {
				b.ticker, b.since = panel.NewTicker(b.small, b.notes), m.Mono
			}
		}
		copy(on.Pix, b.still.Pix)
		m.Words = b.at.Words
		m.TrueUntil(b.at.Until)
		b.drawClock(on, m)
		b.ticker.Draw(on, b.foot, m.Mono.Sub(b.since), m)
	}
}

// drawClock draws the time at the right of the foot.
func (b *board) drawClock(on *image.Gray, m *panel.Moment) {
	unknown, format, unit := "--:--", "15:04", time.Minute
	if b.seconds {
		unknown, format, unit = "--:--:--", "15:04:05", time.Second
	}
	now := m.Now.Truncate(unit)
	m.TrueUntil(m.UntilCivil(now.Add(unit)))
	switch {
	case !m.Synchronized:
		b.clock, b.of = unknown, time.Time{}
	case now != b.of:
		b.clock, b.of = m.Now.Format(format), now
	}
	b.clockFace.Draw(on, b.clockEnd.X-b.clockFace.Width(b.clock), b.clockEnd.Y, b.clock)
}

// drawBoard draws all of the board but the ticker and the clock.
func (p *departuresRows) drawBoard(on *image.Gray, g topics.Group, m *panel.Moment) {
	b := &p.board
	b.layout = newLayout(on, p.Heading, p.Rows, m)
	list, why, until := g.Next(m.Moment, b.rows, m.Started)
	m.TrueUntil(until)
	b.disruptions = nil
	if why != "" {
		panel.Block(part(on, b.body), absences[why], m)
		m.Say(absences[why])
		if reason := reason(why, g); reason != "" {
			b.disruptions = append(b.disruptions, reason)
			m.Say(absences[why] + ": " + reason)
		}
	} else {
		var words []string
		rows := p.rows(list, g.Differ(), m)
		for _, r := range rows {
			if words = append(words, r.say()); r.badge.text == "" {
				b.disruptions = append(b.disruptions, r.text)
			}
		}
		m.Say(words...)
		b.drawRows(on, p.boardRows(list, g.Differ(), rows, m))
	}
	if p.Heading != "" {
		b.headline.DrawLevel(on, 0, 0, cut(b.headline, p.Heading, on.Rect.Dx()), dim)
	}
}

// dim is the level of what is less important than the departures, on a panel with levels.
const dim = 0x98

// reason returns what is known about why there is no departure.
func reason(why topics.Absence, g topics.Group) string {
	switch why {
	case topics.Mismatch:
		return g.Mismatch()
	case topics.NoData, topics.OldData:
		for _, d := range g {
			if d.Problem != "" {
				return d.Problem
			}
		}
	}
	return ""
}

// part returns a part of a picture.
func part(on *image.Gray, area image.Rectangle) *image.Gray {
	return on.SubImage(area).(*image.Gray)
}

// layout is where the parts of a board are, and in which letters.
type layout struct {
	headline    *font.Face      // of the heading
	faces       []*font.Face    // of the rows, the largest first
	small       *font.Face      // of what is below them
	rows, pitch int             // how many there are, and how far apart
	head        int             // the first row of pixels below the heading
	body        image.Rectangle // with the rows
	foot        image.Rectangle // with the ticker, left of the clock
	clockFace   *font.Face      // the letters of the clock
	clockEnd    image.Point     // its upper right corner
	seconds     bool            // the clock has them
}

// rowHeight is how much of a panel's height a departure takes, if the number of rows is
// not configured: two rows on 32 pixels, four on 64.
const rowHeight = 16

// secondsWidth is how wide a panel is on which the clock has seconds.
const secondsWidth = 192

// newLayout returns the layout of a board with so many rows; 0: as many as fit. The rows
// have the largest letters with which that number fits, and what is below them as large
// ones as there is room for then.
func newLayout(on *image.Gray, heading string, rows int, m *panel.Moment) layout {
	size := on.Rect.Max
	l := layout{headline: font.Text, faces: m.Faces(on), rows: cmp.Or(rows, size.Y/rowHeight), seconds: size.X >= secondsWidth}
	foot := font.Height
	if heading != "" {
		l.head = font.Height
	}
	room := func() int { return size.Y - l.head - foot - l.rows*(l.faces[0].Height+1) }
	accents := func() int { return min(l.faces[0].Above, 2) } // of the first row
	for len(l.faces) > 1 && room() < 0 || len(l.faces) > 2 && heading == "" && room() < accents() {
		l.faces = l.faces[1:]
	}
	l.rows = max(1, min(l.rows, (size.Y-l.head-foot)/l.faces[0].Height))
	top := l.head + min(accents(), max(0, room()))
	spare := room() - top + l.head
	for _, l.small = range l.faces {
		if l.small.Height < font.Height+spare {
			break
		}
	}
	if l.small.Height > font.Height {
		foot = l.small.Height + 1
	}
	l.body = image.Rect(0, top, size.X, size.Y-foot)
	l.pitch = l.body.Dy() / l.rows
	// The seconds are small, since they change most often, and stand in columns of four pixels,
	// as the minutes above them do: see columns.margin.
	l.clockFace = l.small
	width, margin := l.small.Width("00:00"), 0
	if l.seconds {
		l.clockFace = font.Text
		width = l.clockFace.Width("00:00:00")
		margin = (size.X - width) % 4
	}
	l.foot = image.Rect(0, size.Y-l.small.Height, size.X-margin-width-l.small.Height/2, size.Y)
	l.clockEnd = image.Pt(size.X-margin, l.foot.Min.Y+(l.small.Height-l.clockFace.Base+1)/2)
	return l
}
