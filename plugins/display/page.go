package display

import (
	"image"

	"ptvd/plugins"
	"ptvd/plugins/topics"
)

// The pages, by the names of the actions that turn to them.
const (
	minutesPage    = "minutes"
	departuresPage = "departures"
	clockPage      = "clock"
	messagePage    = "message"
)

func (p Page) name() string {
	switch {
	case p.Minutes != nil:
		return minutesPage
	case p.Departures != nil:
		return departuresPage
	case p.Clock != nil:
		return clockPage
	}
	return messagePage
}

// page is a page of the book.
type page struct {
	name    string
	draw    func(on *image.Gray, m *moment)
	version func() uint64 // changes with what it shows
}

func newPages(env plugins.Env, pages []Page) []page {
	var all []page
	for _, p := range pages {
		switch {
		case p.Minutes != nil:
			all = append(all, showing(env, p, p.Minutes.From, p.Minutes.draw))
		case p.Departures != nil:
			all = append(all, showing(env, p, p.Departures.From, p.Departures.draw))
		case p.Clock != nil:
			all = append(all, page{p.name(), p.Clock.draw, never})
		default:
			all = append(all, page{p.name(), p.Message.draw, never})
		}
	}
	return all
}

// showing returns a page that is given the newest departures of its source.
func showing(env plugins.Env, p Page, from plugins.From[topics.Departures], draw func(*image.Gray, *moment)) page {
	source := plugins.Subscribe(env, from)
	return page{p.name(), func(on *image.Gray, m *moment) {
		m.departures, _ = source.Get()
		draw(on, m)
	}, source.Version}
}

// never is the version of what does not change.
func never() uint64 { return 0 }
