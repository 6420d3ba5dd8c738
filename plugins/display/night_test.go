package display_test

import (
	"testing"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/display"
)

func TestAnActionWakesABlankPanelForAWhileAndDoesNotTurnThePage(t *testing.T) {
	night := func(c *display.Config) { c.Blank = []plugins.Window{window("07:53-07:55")} }
	withDisplay(t, night, func(f *fixture) error {
		f.pass(59 * time.Second)
		f.mustSee("Loading")
		f.pass(2 * time.Second)
		if !f.dark() {
			t.Error("the panel is not blank at night")
		}
		f.do("next")
		f.mustSee("Loading")
		f.do("next")
		f.mustSee("07:53")
		f.pass(31 * time.Second)
		if !f.dark() {
			t.Error("the panel is not blank again")
		}
		f.do("message")
		f.mustSee("Hello")
		f.pass(2 * time.Minute)
		f.mustSee("Hello")
		return nil
	})
}

func TestTheActionBlankHoldsUntilAnotherAction(t *testing.T) {
	withDisplay(t, nil, func(f *fixture) error {
		f.do("blank")
		f.pass(time.Hour)
		if !f.dark() {
			t.Error("the panel is not blank")
		}
		f.do("wake")
		f.mustSee("No data")
		f.pass(time.Hour)
		f.mustSee("No data")
		return nil
	})
}

func TestThePanelIsDimAtNight(t *testing.T) {
	dim := func(c *display.Config) {
		c.Dim = []display.Dim{{During: window("07:53-08:00"), Brightness: 0.2}}
	}
	withDisplay(t, dim, func(f *fixture) error {
		for _, test := range []struct {
			after time.Duration
			level int
		}{{time.Second, 8}, {time.Minute, 3}, {7 * time.Minute, 8}} {
			f.pass(test.after)
			if level := f.panel.Intensity(0); level != test.level {
				t.Errorf("at %v its intensity is %d, not %d", f.Clock.Now(), level, test.level)
			}
		}
		return nil
	})
}
