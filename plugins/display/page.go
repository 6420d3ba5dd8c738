package display

import (
	"image"

	"ptvd/plugins"
	"ptvd/plugins/timetable"
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
	name string
	draw func(on *image.Gray, m moment)
}

func newPages(env plugins.Env, pages []Page) []page {
	var all []page
	for _, p := range pages {
		draw := p.Message.draw
		switch {
		case p.Minutes != nil:
			draw = showing(env, p.Minutes.From, p.Minutes.draw)
		case p.Departures != nil:
			draw = showing(env, p.Departures.From, p.Departures.draw)
		case p.Clock != nil:
			draw = p.Clock.draw
		}
		all = append(all, page{p.name(), draw})
	}
	return all
}

// showing gives a page the newest departures of its source.
func showing(env plugins.Env, from plugins.From[timetable.Departures], draw func(*image.Gray, moment)) func(*image.Gray, moment) {
	source := plugins.Subscribe(env, from)
	return func(on *image.Gray, m moment) {
		m.departures, _ = source.Get()
		draw(on, m)
	}
}
