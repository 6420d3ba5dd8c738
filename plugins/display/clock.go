package display

import (
	"image"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/panel"
	"ptvd/plugins/panel/font"
)

func init() {
	plugins.AddMember[panel.PageConfig]("clock", "the time", Clock{Hours: "24"})
}

// Clock is the page with the time.
type Clock struct {
	Hours    string `yaml:"hours" doc:"whether the day has 24 hours or twice 12" oneof:"24 12" short:"true"`
	Timezone string `yaml:"timezone" doc:"the time zone, such as Europe/London; without it the one of the file"`
}

// Validate refuses a time zone that is not known.
func (p *Clock) Validate() error {
	if _, err := p.zone(); err != nil {
		return plugins.OptionErrorf("timezone", "%v; write one as Europe/London", err)
	}
	return nil
}

// zone returns the configured time zone; nil: that of the file.
func (p *Clock) zone() (*time.Location, error) {
	if p.Timezone == "" {
		return nil, nil
	}
	return time.LoadLocation(p.Timezone)
}

// NewPage makes the page.
func (p *Clock) NewPage(plugins.Env) panel.Page {
	zone, _ := p.zone() // Validate has looked it up
	return panel.Page{Draw: func(on *image.Gray, m *panel.Moment) { p.draw(on, m, zone) }}
}

// draw draws the time in a zone, or that it is not known.
func (p *Clock) draw(on *image.Gray, m *panel.Moment, zone *time.Location) {
	text, now := "--:--", m.Now
	m.TrueThisMinute()
	if zone != nil {
		now = now.In(zone)
	}
	switch {
	case !m.Synchronized:
	case p.Hours == "12":
		text = now.Format("3:04")
	default:
		text = now.Format("15:04")
	}
	face := font.Bold
	if face.Width(text) > on.Rect.Dx() {
		face = font.Text
	}
	face, top := panel.Enlarge(on, face, face.Width(text))
	if p.Timezone == "" {
		m.Say(text)
	} else {
		m.Say(text, p.Timezone)
	}
	face.Draw(on, (on.Rect.Dx()-face.Width(text))/2, top, text)
}
