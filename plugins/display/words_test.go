package display

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/panel"
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

// configured returns the options of a display with a page and a font.
func configured(kind string, page panel.PageConfig, file string) Config {
	return Config{
		Device: plugins.Choice[panel.DeviceConfig]{Name: "none", Value: &None{Width: 256, Height: 64}}, Font: file,
		Pages: []PageEntry{{Choice: plugins.Choice[panel.PageConfig]{Name: kind, Value: page}}},
	}
}

func TestATextThatTheFontLacksIsAWarningThatNamesTheCharacters(t *testing.T) {
	for _, test := range []struct {
		kind         string
		page         panel.PageConfig
		option, want string
	}{
		{"message", &Message{Text: "東京 Café"}, "text", "has no 東 and 京"},
		{"message", &Message{Text: "Café – Łódź"}, "", ""},
		{"departures", &Departures{Abbreviate: map[string]string{"Tokyo": "東京", "東": "E"}}, "abbreviate", "has no 東 and 京"},
		{"departures", &Departures{Abbreviate: map[string]string{"東京": "Tokyo"}}, "", ""},
		{"departures", &Departures{Heading: "東"}, "heading", "has no 東"},
	} {
		err := configured(test.kind, test.page, "").Validate()
		var warning *plugins.OptionError
		switch {
		case test.want == "":
			if err != nil {
				t.Errorf("got %v", err)
			}
		case !errors.As(err, &warning) || !warning.Warning || warning.Path != "pages[0]."+test.kind+"."+test.option || !strings.Contains(err.Error(), test.want):
			t.Errorf("got %v", err)
		}
	}
}

func TestAFontOfTheOwner(t *testing.T) {
	write := func(text string) string {
		path := filepath.Join(t.TempDir(), "own.bdf")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	var digits strings.Builder
	for _, r := range "0123456789東" {
		fmt.Fprintf(&digits, "STARTCHAR a\nENCODING %d\nDWIDTH 9 0\nBBX 8 2 0 0\nBITMAP\nFF\n81\nENDCHAR\n", r)
	}
	own := write("STARTFONT 2.1\nFONTBOUNDINGBOX 8 8 0 0\n" + digits.String() + "ENDFONT\n")
	for _, test := range []struct{ name, file, text, want string }{
		{"that has the text", own, "東 1", ""},
		{"that lacks a letter", own, "1 京", "pages[0].message.text: the font of the panel has no 京"},
		{"that is not there", filepath.Join(t.TempDir(), "x.bdf"), "1", "no such file or directory; until it can be read the built-in font is used"},
		{"that is not there, for a text that no other has", filepath.Join(t.TempDir(), "x.bdf"), "1 京", "the font of the panel has no 京"},
		{"with an error", write("STARTFONT 2.1\nFONTBOUNDINGBOX a\n"), "1", "own.bdf: line 2: 4 numbers are needed"},
		{"with a relative path", "own.bdf", "1", "not absolute"},
	} {
		err := configured("message", &Message{Text: test.text}, test.file).Validate()
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("a font %s: %v", test.name, err)
		}
	}
	low := configured("message", &Message{Text: "東"}, own)
	low.Device.Value = &None{Width: 32, Height: 8}
	if err := low.Validate(); err == nil || !strings.Contains(err.Error(), "has no 東") {
		t.Errorf("on a panel of eight rows, where it is not used: %v", err)
	}
	face, err := readFont(own)
	if err != nil {
		t.Fatal(err)
	}
	on := newCanvas(image.Pt(128, 32))
	m := panel.Moment{Font: face}
	panel.Text(on, "東東東", &m)
	if lit := bytes.Count(on.Pix, []byte{0xff}); lit != 3*10*9 { // ten pixels each, which are three times as large
		t.Errorf("%d pixels are lit", lit)
	}
}
