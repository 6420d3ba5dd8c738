package display

import (
	"errors"
	"image"
	"slices"
	"strings"
	"testing"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/panel"
	"ptvd/plugins/topics"
)

func TestTheClockOfAnotherTimeZone(t *testing.T) {
	now := time.Date(2026, 11, 18, 20, 52, 0, 0, time.UTC)
	for zone, want := range map[string]string{
		"Europe/London": "20:52, Europe/London", "Pacific/Chatham": "10:37, Pacific/Chatham", "": "20:52",
	} {
		m := &panel.Moment{Moment: topics.Moment{Now: now, Synchronized: true}}
		on := image.NewGray(image.Rect(0, 0, 32, 8))
		clock := &Clock{Hours: "24", Timezone: zone}
		clock.NewPage(plugins.Env{}).Draw(on, m)
		if got := string(m.Words); got != want {
			t.Errorf("%s: it says %q, want %q", zone, got, want)
		}
		if !slices.Contains(on.Pix, 0xff) {
			t.Errorf("%s: nothing is drawn", zone)
		}
	}
}

func TestAnUnknownTimeZoneOfTheClockIsRefused(t *testing.T) {
	err := (&Clock{Timezone: "Europe/Lundon"}).Validate()
	var option *plugins.OptionError
	if !errors.As(err, &option) || !strings.Contains(err.Error(), "Europe/Lundon") {
		t.Errorf("got %v", err)
	}
}
