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
		"the minutes to the next departures, large: two of them on 32 LEDs; or No more (nothing else leaves), Missed (what still does leaves within the walk) or Later (what leaves next is not known yet); from an hour on the time of day, which takes two places; a line below the times of the timetable, which are not live",
		Minutes{Show: departure})
}

// Minutes is the page with the minutes to the next departures.
type Minutes struct {
	Sources
	Show target `yaml:"show" doc:"what is counted down to: the departure, or the time to leave for it, which is earlier by the walk of the source" oneof:"departure leave"`
}

// NewPage makes the page.
func (p *Minutes) NewPage(env plugins.Env) panel.Page { return departuresPage(env, &p.Sources, p.draw) }

// A departure has as many columns as two digits of the bold face, or the longest badge,
// and some to the next one. A single digit has no zero before it, as in a timetable.
const (
	minutesWidth = 15
	minutesGap   = 2
	leastWidth   = 2*minutesWidth + minutesGap // of two departures, which a high panel shows at least
)

// draw draws the minutes to as many departures as there is room for.
func (p *Minutes) draw(on *image.Gray, g topics.Group, m *panel.Moment) {
	bold, top := panel.Enlarge(on, font.Bold, leastWidth)
	scale := bold.Height / font.Height
	cells := (on.Rect.Dx()/scale + minutesGap) / (minutesWidth + minutesGap)
	list, _ := next(on, g, cells, m)
	if len(list) == 0 {
		return
	}
	var words []string
	used := 0
	for _, b := range p.fitting(list, g.Differ(), cells, m) {
		if b.places() > cells {
			panel.Text(on, b.words, m)
			return
		}
		face := bold
		if !font.Bold.Has(b.text) {
			face = font.Text.Scaled(scale)
		}
		used += b.places()
		b.draw(on, (on.Rect.Dx()+minutesGap*scale)*used/cells-minutesGap*scale, top, face)
		words = append(words, b.words)
	}
	m.Say(words...)
}

// fitting returns the badges of the first departures that there is room for, but at
// least of one. The last place is kept for one that runs. Their words name the stops
// if those differ.
func (p *Minutes) fitting(list []topics.Offer, stops bool, cells int, m *panel.Moment) (all []badge) {
	runs, used := false, 0
	for _, one := range list {
		b := p.Show.badge(one, m)
		if stops && one.At.Stop != "" {
			b.words += " from " + one.At.Stop
		}
		for !one.Cancelled && !runs && len(all) > 0 && used+b.places() > cells {
			all, used = all[:len(all)-1], used-1
		}
		if len(all) > 0 && used+b.places() > cells {
			break
		}
		all, used, runs = append(all, b), used+b.places(), runs || !one.Cancelled
	}
	return all
}

// places returns how many places the badge takes.
func (b badge) places() int {
	if b.timeOfDay {
		return 2
	}
	return 1
}
