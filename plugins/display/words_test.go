package display

import (
	"errors"
	"image"
	"strings"
	"testing"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/topics"
)

func TestTheWordsOfAPageSayWhatItShows(t *testing.T) {
	minutes, departures := departuresPages["minutes"], departuresPages["departures"]
	clock := func(on *image.Gray, v *view) { (&Clock{}).draw(on, &v.Moment, nil) }
	message := func(on *image.Gray, v *view) { drawMessage("Mind the gap, please", on, &v.Moment) }
	second := func(on *image.Gray, v *view) {
		draw := showing(newDepartures(&Departures{Rows: 2}).draw)
		draw(on, v)
		v.pass(minRowTime + 8*time.Second)
		clear(on.Pix)
		draw(on, v)
	}
	three := func() []topics.Departure {
		return []topics.Departure{with(train(7*minute), cancelled), with(train(18*minute), byBus), train(100 * minute)}
	}
	unset := at(0, three()...)
	unset.Synchronized = false
	for want, page := range map[topics.Text]struct {
		draw drawing
		m    view
	}{
		"cancelled, by bus 18 min":           {minutes, at(0, three()...)},
		"7 min, 18 min (old data)":           {minutes, at(70e9, train(7*minute), train(18*minute))},
		"No clock":                           {minutes, unset},
		"Dandenong, platform 2: 7 min":       {departures, at(0, train(7*minute), train(18*minute))},
		"then Dandenong, platform 2: 18 min": {second, at(0, train(7*minute), train(18*minute))},
		"Dandenong, 12:06 cancelled":         {departures, at(0, three()...)},
		"Dandenong, platform 2: now":         {departures, at(0, with(train(0), atPlatform))},
		"12:00":                              {clock, at(0)},
		"Mind the gap, please":               {message, at(0)},
	} {
		on := image.NewGray(image.Rect(0, 0, 64, 8))
		page.draw(on, &page.m)
		if page.m.Words != want {
			t.Errorf("it says %q, want %q", page.m.Words, want)
		}
	}
}

func TestATextThatTheFontLacksIsAWarningThatNamesTheCharacters(t *testing.T) {
	var warning *plugins.OptionError
	if err := (&Message{Text: "東京 Café"}).Validate(); !errors.As(err, &warning) || !warning.Warning || !strings.Contains(err.Error(), "has no 東 and 京") {
		t.Errorf("got %v", err)
	}
	if err := (&Message{Text: "Café – Łódź"}).Validate(); err != nil {
		t.Errorf("got %v", err)
	}
	if err := (&Departures{Abbreviate: map[string]string{"Tokyo": "東京", "東": "E"}}).Validate(); !errors.As(err, &warning) || warning.Path != "abbreviate" || !strings.Contains(err.Error(), "has no 東 and 京") {
		t.Errorf("got %v", err)
	}
	if err := (&Departures{Abbreviate: map[string]string{"東京": "Tokyo"}}).Validate(); err != nil {
		t.Errorf("got %v", err)
	}
}
