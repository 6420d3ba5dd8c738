package display

import (
	"image"
	"testing"

	"ptvd/plugins/topics"
)

func TestAPageIsReadAloudAsItLooks(t *testing.T) {
	departures := &Departures{Rows: 2}
	minutes, clock, message := &Minutes{}, &Clock{}, &Message{Text: "Mind the gap, please"}
	three := func() []topics.Departure {
		return []topics.Departure{with(train(7*minute), cancelled), with(train(18*minute), byBus), train(100 * minute)}
	}
	unset := at(0, three()...)
	unset.known = false
	second := at(0, train(7*minute), train(18*minute))
	second.shown = atLeast + 4*pause
	for want, page := range map[topics.Text]struct {
		draw func(*image.Gray, *moment)
		m    moment
	}{
		"cancelled, by bus 18 min, 1h":       {minutes.draw, at(0, three()...)},
		"7 min, 18 min (old data)":           {minutes.draw, at(70e9, train(7*minute), train(18*minute))},
		"No clock":                           {minutes.draw, unset},
		"Dandenong, platform 2: 7 min":       {departures.draw, at(0, train(7*minute), train(18*minute))},
		"then Dandenong, platform 2: 18 min": {departures.draw, second},
		"Dandenong, 12:06 cancelled":         {departures.draw, at(0, three()...)},
		"Dandenong, platform 2: now":         {departures.draw, at(0, with(train(0), atPlatform))},
		"12:00":                              {clock.draw, at(0)},
		"Mind the gap, please":               {message.draw, at(0)},
	} {
		on := image.NewGray(image.Rect(0, 0, 64, 8))
		page.draw(on, &page.m)
		if page.m.text != want {
			t.Errorf("it says %q, want %q", page.m.text, want)
		}
	}
}
