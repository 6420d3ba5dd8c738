package display_test

import (
	"strings"
	"testing"
	"time"

	"ptvd/plugins/display"
	"ptvd/plugins/panel/font"
)

func TestActionsTurnThePages(t *testing.T) {
	withDisplay(t, nil, func(f *fixture) error {
		f.do("next")
		f.mustSee("07:52")
		f.do("next")
		f.mustSee("Hello")
		f.do("next")
		f.mustSee("Loading")
		f.do("previous")
		f.mustSee("Hello")
		f.do("minutes")
		f.mustSee("Loading")
		f.do("message")
		f.mustSee("Hello")
		return nil
	})
}

func TestAnActionIsSeenBeforeTheNextTick(t *testing.T) {
	withDisplay(t, nil, func(f *fixture) error {
		f.publish(20 * time.Minute)
		f.pass(time.Second)
		if err := f.Call("panel.message"); err != nil {
			return err
		}
		f.pass(f.every / 10)
		f.mustSee("Hello")
		return nil
	})
}

func TestPagesTurnByTimeCountedFromTheLastAction(t *testing.T) {
	withDisplay(t, func(c *display.Config) { c.Turn = 10 * time.Second }, func(f *fixture) error {
		f.pass(9 * time.Second)
		f.mustSee("Loading")
		f.pass(2 * time.Second)
		f.mustSee("07:52")
		f.pass(8 * time.Second)
		f.do("message")
		f.pass(9 * time.Second)
		f.mustSee("Hello")
		f.pass(time.Second)
		f.mustSee("Loading")
		return nil
	})
}

func TestAnActionForAPageThatIsMissingIsRefused(t *testing.T) {
	named := entry("message", &display.Message{Text: "Bins out"})
	named.Name = "bins"
	cfg := display.Config{Pages: []display.PageEntry{entry("clock", &display.Clock{}), named}}
	for action, ok := range map[string]bool{
		"clock": true, "next": true, "test": true, "minutes": false, "message": true,
		"page clock": true, "page bins": true, "page message": false, "page": false,
	} {
		name, arg, _ := strings.Cut(action, " ")
		if err := cfg.CheckAction(name, arg); (err == nil) != ok {
			t.Errorf("%s: %v", action, err)
		}
	}
}

func TestTheActionPageShowsAPageByItsName(t *testing.T) {
	pages := func(c *display.Config) {
		bins, bye := entry("message", &display.Message{Text: "Bins"}), entry("message", &display.Message{Text: "Bye"})
		bins.Name, bye.Name = "evening", "evening"
		c.Pages = append(c.Pages, bins, bye)
	}
	withDisplay(t, pages, func(f *fixture) error {
		for _, page := range []struct{ name, shows string }{
			{"evening", "Bins"}, {"evening", "Bye"}, {"message", "Hello"}, {"clock", "07:52"}, {"evening", "Bins"},
		} {
			if err := f.page(page.name); err != nil {
				t.Error(err)
			}
			f.pass(f.every)
			f.mustSee(page.shows)
		}
		for name, says := range map[string]string{
			"evning": "no page is named evning; did you mean evening?",
			"x":      "no page is named x; there are minutes, clock, message and evening",
		} {
			if err := f.page(name); err == nil || err.Error() != says {
				t.Errorf("got %v, want %s", err, says)
			}
		}
		f.pass(f.every)
		f.mustSee("Bins")
		return nil
	})
}

func TestAClockStepChangesWhatIsShownButNotWhenPagesTurn(t *testing.T) {
	withDisplay(t, func(c *display.Config) { c.Turn = 10 * time.Second }, func(f *fixture) error {
		f.publish(7 * time.Minute)
		f.pass(time.Second)
		f.System.Step = 48 * time.Hour
		f.pass(time.Second)
		f.mustSee("No more")
		f.System.Step = 0
		f.pass(7 * time.Second)
		if f.sees("No more", font.Text) {
			t.Error("the train is not shown again")
		}
		f.pass(1100 * time.Millisecond)
		f.mustSee("07:52")
		return nil
	})
}
