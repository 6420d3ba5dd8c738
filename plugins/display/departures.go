package display

import (
	"cmp"
	"image"
	"image/color"
	"slices"
	"strings"
	"time"

	"ptvd/plugins/display/font"
	"ptvd/plugins/topics"
)

// row is what the page shows at a time: a departure, or what disturbs some.
type row struct {
	text  string
	badge string
	place int // 1 for the next departure; from 2 on as many dots stand beside it
}

// atLeast is how long a row stays, even if its text needs no time to pass.
const atLeast = 5 * time.Second

// draw draws the row whose turn it is.
func (p *Departures) draw(on *image.Gray, m *moment) {
	list, why := m.next(cmp.Or(p.Rows, 2))
	if why != "" {
		words(on, why, m)
	} else {
		p.rows(list, m).draw(on, m)
	}
	if m.old() {
		markOld(on)
	}
}

type rows []row

func (p *Departures) rows(list []topics.Departure, m *moment) rows {
	var all rows
	for i, d := range list {
		all = append(all, row{m.describe(d), m.badge(d), i + 1})
	}
	if p.Disruptions {
		for _, d := range list {
			for _, title := range d.Disruptions {
				if !slices.ContainsFunc(all, func(r row) bool { return r.text == title }) {
					all = append(all, row{text: title})
				}
			}
		}
	}
	return all
}

// draw shows each row until its text has passed, then the next.
func (all rows) draw(on *image.Gray, m *moment) {
	var round time.Duration
	for _, r := range all {
		round += r.lasts(on, m)
	}
	elapsed := m.shown % round
	for _, r := range all {
		lasts := r.lasts(on, m)
		if elapsed < lasts {
			m.changesIn(lasts - elapsed)
			r.draw(on, elapsed, m)
			return
		}
		elapsed -= lasts
	}
}

func (r row) lasts(on *image.Gray, m *moment) time.Duration {
	return max(atLeast, scrolls(font.Text.Width(r.text)-r.room(on), m.step))
}

// room returns how many columns the text has.
func (r row) room(on *image.Gray) int {
	room := on.Rect.Dx()
	if r.badge != "" {
		room -= font.Text.Width(r.badge) + 2
	}
	if r.place > 1 {
		room--
	}
	return room
}

func (r row) draw(on *image.Gray, elapsed time.Duration, m *moment) {
	room := r.room(on)
	r.read(m)
	scroll(window(on, 0, room), r.text, elapsed, m)
	if r.place > 1 {
		for i := range r.place {
			on.SetGray(room+1, 2*i, color.Gray{Y: 0xff})
		}
	}
	font.Text.Draw(on, on.Rect.Dx()-font.Text.Width(r.badge), 0, r.badge)
}

// read says the row in words.
func (r row) read(m *moment) {
	text := r.text
	if r.place > 1 {
		text = "then " + text
	}
	if how := spoken(r.badge); r.badge != "" && !strings.HasSuffix(text, how) {
		text += ": " + how
	}
	m.says(text)
}

// describe says of a departure what does not change from minute to minute.
func (m *moment) describe(d topics.Departure) string {
	parts := []string{cmp.Or(d.Headsign, d.Destination, d.Direction, d.Route)}
	if d.Number != "" {
		parts[0] = d.Number + " " + parts[0]
	}
	if d.Cancelled {
		return parts[0] + ", " + d.Scheduled.In(m.now.Location()).Format("15:04") + " cancelled"
	}
	if d.ReplacedByBus {
		return parts[0] + ", by bus"
	}
	if d.Platform != "" {
		parts = append(parts, "platform "+d.Platform)
	}
	if d.Express {
		parts = append(parts, "express")
	}
	return strings.Join(parts, ", ")
}
