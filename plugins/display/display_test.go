package display_test

import (
	"slices"
	"testing"
	"time"

	"ptvd/internal/gpio/sim"
	"ptvd/plugins/display"
	"ptvd/plugins/panel/font"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/topics"
)

func TestASourceWithoutAReplyForFiveMinutesHasNoData(t *testing.T) {
	withDisplay(t, nil, func(f *fixture) error {
		f.pass(5 * time.Minute)
		f.mustSee("Loading")
		f.pass(time.Second)
		f.mustSee("No data")
		return nil
	})
}

func TestNothingIsCountedDownBeforeTheClockIsSynchronized(t *testing.T) {
	withDisplay(t, nil, func(f *fixture) error {
		f.System.Sync = false
		f.publish(7 * time.Minute)
		f.pass(time.Second)
		f.mustSee("No clock")
		f.do("clock")
		f.mustSee("--:--")
		f.Clock.Correct(0)
		f.pass(time.Second)
		f.mustSee("07:52")
		return nil
	})
}

func TestThePublishedPictureIsWhatThePanelShows(t *testing.T) {
	withDisplay(t, nil, func(f *fixture) error {
		for range 3 {
			f.do("next")
			picture, _ := f.published().Get()
			if !slices.Equal(picture.Pix, f.panel.Picture(sim.Arrangement{}).Pix) {
				t.Error("the published picture differs")
			}
		}
		return nil
	})
}

func TestTheTestPatternIsShownUntilTheActionTestEndsIt(t *testing.T) {
	withDisplay(t, func(c *display.Config) { c.Test, c.Turn = true, 10*time.Second }, func(f *fixture) error {
		f.pass(time.Minute)
		if f.sees("Loading", font.Text) || f.dark() {
			t.Error("there is no test pattern")
		}
		f.do("test")
		f.mustSee("07:53")
		return nil
	})
}

func TestTheWordsArePublishedWhenTheyChange(t *testing.T) {
	withDisplay(t, func(c *display.Config) { c.Pages = c.Pages[2:] }, func(f *fixture) error {
		words := plugintest.Subscribe[topics.Text](f.Harness, "panel", "text")
		f.pass(time.Second)
		before := words.Version()
		f.do("next")
		if now, _ := words.Get(); now != "Hello" || words.Version() != before {
			t.Errorf("%q was published %d times more", now, words.Version()-before)
		}
		f.do("blank")
		if now, _ := words.Get(); now != "" {
			t.Errorf("a dark panel says %q", now)
		}
		return nil
	})
}

func TestALookThatFindsNothingChangedAllocatesNothing(t *testing.T) {
	for name, age := range map[string]time.Duration{"with departures": time.Second, "after the last of them": time.Hour} {
		withDisplay(t, nil, func(f *fixture) error {
			f.publish(7*time.Minute+40*time.Second, 18*time.Minute, 33*time.Minute)
			f.pass(age)
			drawn := f.figure("frames_drawn_total")
			if got := testing.AllocsPerRun(100, func() { f.pass(100 * time.Millisecond) }); got > 0 {
				t.Errorf("%s: %v allocations a look", name, got)
			}
			if n := f.figure("frames_drawn_total") - drawn; n > 0 {
				t.Errorf("%s: %v pictures were drawn", name, n)
			}
			return nil
		})
	}
}
