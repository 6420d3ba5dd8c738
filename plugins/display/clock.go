package display

import (
	"image"

	"ptvd/plugins"
	"ptvd/plugins/panel"
	"ptvd/plugins/panel/font"
)

func init() {
	plugins.AddMember[panel.PageConfig]("clock", "the time", Clock{Hours: "24"})
}

// Clock is the page with the time.
type Clock struct {
	Hours string `yaml:"hours" doc:"whether the day has 24 hours or twice 12" oneof:"24 12" short:"true"`
}

// NewPage makes the page.
func (p *Clock) NewPage(plugins.Env) panel.Page { return panel.Page{Draw: p.draw} }

// draw draws the time, or that it is not known.
func (p *Clock) draw(on *image.Gray, m *panel.Moment) {
	text := "--:--"
	m.TrueThisMinute()
	switch {
	case !m.Synchronized:
	case p.Hours == "12":
		text = m.Now.Format("3:04")
	default:
		text = m.Now.Format("15:04")
	}
	face := font.Bold
	if face.Width(text) > on.Rect.Dx() {
		face = font.Text
	}
	m.Say(text)
	face.Draw(on, (on.Rect.Dx()-face.Width(text))/2, 0, text)
}
