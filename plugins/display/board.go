package display

import (
	"image"
	"strings"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/panel"
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
