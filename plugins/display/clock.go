package display

import (
	"image"

	"ptvd/plugins/display/font"
)

// draw draws the time, or that it is not known.
func (p *Clock) draw(on *image.Gray, m *moment) {
	text := "--:--"
	m.changesWithTheMinute()
	switch {
	case !m.known:
	case p.Hours == "12":
		text = m.now.Format("3:04")
	default:
		text = m.now.Format("15:04")
	}
	face := font.Bold
	if face.Width(text) > on.Rect.Dx() {
		face = font.Text
	}
	m.says(text)
	face.Draw(on, (on.Rect.Dx()-face.Width(text))/2, 0, text)
}
