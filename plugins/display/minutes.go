package display

import (
	"image"

	"ptvd/plugins/display/font"
)

// A departure takes as many columns of the page as two figures of the bold face
// (without a nought before a single one, as a timetable writes minutes),
// or the longest badge, and some to the next one.
const (
	minutesWidth = 15
	minutesGap   = 2
)

// draw draws the minutes until the next departures, as many as there is room for.
func (p *Minutes) draw(on *image.Gray, m *moment) {
	cells := (on.Rect.Dx() + minutesGap) / (minutesWidth + minutesGap)
	list, why := m.next(cells)
	if why != "" {
		words(on, why, m)
	}
	var all []string
	for i, d := range list {
		badge, face := m.badge(d), font.Text
		all = append(all, spoken(badge))
		if font.Bold.Has(badge) {
			face = font.Bold
		}
		right := (on.Rect.Dx()+minutesGap)*(i+1)/cells - minutesGap
		face.Draw(on, right-face.Width(badge), 0, badge)
	}
	if len(all) > 0 {
		m.says(all...)
	}
	if m.old() {
		markOld(on)
	}
}
