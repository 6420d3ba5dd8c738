package display

import (
	"image"

	"ptvd/plugins"
	"ptvd/plugins/panel"
	"ptvd/plugins/panel/font"
	"ptvd/plugins/topics"
)

func init() {
	plugins.AddMember[panel.PageConfig]("minutes",
		"the minutes to the next departures, large: two of them on 32 LEDs; or No more (nothing else leaves), Missed (what still does leaves within the walk) or Later (what leaves next is not known yet)",
		Minutes{})
}

// Minutes is the page with the minutes to the next departures.
type Minutes struct {
	From plugins.From[topics.Departures] `yaml:"from" doc:"the instance that publishes the departures" required:"true" short:"true"`
}

// NewPage makes the page.
func (p *Minutes) NewPage(env plugins.Env) panel.Page { return departuresPage(env, p.From, p.draw) }

// A departure has as many columns as two digits of the bold face, or the longest badge,
// and some to the next one. A single digit has no zero before it, as in a timetable.
const (
	minutesWidth = 15
	minutesGap   = 2
)

// draw draws the minutes to as many departures as there is room for.
func (p *Minutes) draw(on *image.Gray, d topics.Departures, m *panel.Moment) {
	cells := (on.Rect.Dx() + minutesGap) / (minutesWidth + minutesGap)
	list := next(on, d, cells, m)
	var words []string
	for i, departure := range list {
		badge, face := badge(departure, m), font.Text
		words = append(words, spoken(badge))
		if font.Bold.Has(badge) {
			face = font.Bold
		}
		right := (on.Rect.Dx()+minutesGap)*(i+1)/cells - minutesGap
		face.Draw(on, right-face.Width(badge), 0, badge)
	}
	if len(list) > 0 {
		m.Say(words...)
	}
}
