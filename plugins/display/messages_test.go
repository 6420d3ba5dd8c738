package display_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/display"
	"ptvd/plugins/panel/font"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/topics"
)

// says returns what the panel says in words.
func (f *fixture) says() topics.Text {
	said, _ := plugintest.Subscribe[topics.Text](f.Harness, "panel", "text").Get()
	return said
}

func TestAMessageIsShownForItsTimeAndThenThePageThatWasThereBefore(t *testing.T) {
	withDisplay(t, func(c *display.Config) { c.Turn = 10 * time.Second }, func(f *fixture) error {
		f.pass(4 * time.Second)
		f.do("show Ring!")
		f.mustSee("Ring!")
		f.pass(19 * time.Second)
		f.mustSee("Ring!")
		f.pass(time.Second)
		f.mustSee("Loading")
		f.pass(5 * time.Second)
		f.mustSee("Loading")
		f.pass(time.Second)
		f.mustSee("07:52")
		return nil
	})
}

func TestALongMessageIsShownToItsEndAndAsOftenAsItIsToBeRepeated(t *testing.T) {
	withDisplay(t, nil, func(f *fixture) error {
		const long = "the parcel is with the people at number four, who are at home until eight in the evening, and after that again from nine"
		once := 2*2*time.Second + time.Duration(font.Text.Width(long)-32)*time.Second/20
		f.do("show " + long)
		f.pass(once - 300*time.Millisecond)
		if f.says() != long {
			t.Errorf("before its end it says %q", f.says())
		}
		f.pass(2 * time.Second)
		f.mustSee("Loading")
		f.do(`show {"text": "` + long + `", "repeat": 3}`)
		f.pass(3*once - 300*time.Millisecond)
		if f.says() != long+", 1 min ago" {
			t.Errorf("the third time it says %q", f.says())
		}
		f.pass(5 * time.Second)
		f.mustSee("Loading")
		return nil
	})
}

func TestAMessageWakesABlankPanelForItsTimeUnlessItIsNotTo(t *testing.T) {
	withDisplay(t, nil, func(f *fixture) error {
		f.do("blank")
		f.do(`show {"text": "Bins", "wakeup": false}`)
		if !f.dark() {
			t.Error("a message wakes the panel that must not")
		}
		f.do("show Ring!")
		f.mustSee("Ring!")
		f.pass(20 * time.Second)
		if !f.dark() {
			t.Error("after the message the panel is not blank again")
		}
		f.do("wake")
		f.mustSee("Bins")
		f.pass(20 * time.Second)
		f.mustSee("Loading")

		f.do("show Ring!")
		f.do("blank")
		if !f.dark() {
			t.Error("the action blank does not make the panel dark while a message is up")
		}
		return nil
	})
}

func TestAMessageIsDismissedByAButtonAndByItsName(t *testing.T) {
	withDisplay(t, nil, func(f *fixture) error {
		for _, way := range []string{"next", "previous", "dismiss", "dismiss bell"} {
			f.do(`show {"text": "Ring!", "name": "bell", "hold": true}`)
			f.pass(time.Minute)
			f.do(way)
			f.mustSee("Loading")
		}
		f.do("dismiss nobody")
		f.do("dismiss")
		f.mustSee("Loading")
		return nil
	})
}

func TestAnOldMessageShowsItsAgeAndExpires(t *testing.T) {
	withDisplay(t, nil, func(f *fixture) error {
		f.do(`show {"text": "Bye", "hold": true}`)
		f.mustSee("Bye")
		for _, age := range []struct {
			pass time.Duration
			want topics.Text
		}{{59 * time.Second, "Bye"}, {time.Second, "Bye, 1 min ago"}, {58 * time.Minute, "Bye, 59 min ago"}, {time.Minute, "No data"}} {
			f.pass(age.pass)
			if got := f.says(); got != age.want {
				t.Errorf("after %v more it says %q, want %q", age.pass, got, age.want)
			}
		}
		f.do(`show {"text": "Bye", "hold": true, "lifetimeMs": 0}`)
		f.pass(72 * time.Hour)
		if got := f.says(); got != "Bye, 3 days ago" {
			t.Errorf("one that never expires says %q", got)
		}
		return nil
	})
}

func TestPushedPagesTurnWithTheOthersUntilTheyAreRemovedOrExpire(t *testing.T) {
	withDisplay(t, func(c *display.Config) { c.Turn = 10 * time.Second }, func(f *fixture) error {
		f.do("push bins Bins")
		f.do(`push bye {"text": "Bye", "lifetimeMs": 60000}`)
		f.do(`push tea {"text": "Tea", "lifetimeMs": 60000, "lifetimeExpiry": "mark"}`)
		f.do("push bins Out!")
		f.do("previous")
		f.mustSee("Tea")
		f.do("previous")
		f.mustSee("Bye")
		f.do("previous")
		f.mustSee("Out!")
		f.do("remove bins")
		f.mustSee("Bye")
		f.pass(9900 * time.Millisecond)
		f.mustSee("Tea")
		f.pass(time.Minute)
		for range 4 {
			f.do("next")
			if f.says() == "Bye" {
				t.Error("a page that expired is shown")
			}
			if f.says() == "Tea (old data)" {
				return nil
			}
		}
		t.Error("a page that is to be marked when it expires is not")
		return nil
	})
}

func TestMessagesAndPushedPagesAreBounded(t *testing.T) {
	withDisplay(t, nil, func(f *fixture) error {
		for n := range 16 {
			f.do(fmt.Sprint("show message ", n))
		}
		if err := f.Call("panel.show one more"); !errors.Is(err, plugins.ErrFull) {
			t.Errorf("the 17th message: %v", err)
		}
		f.do("dismiss")
		f.do("show one more")
		for n := range 8 {
			f.do(fmt.Sprint("push page", n, " text"))
		}
		if err := f.Call("panel.push another text"); !errors.Is(err, plugins.ErrFull) {
			t.Errorf("the 9th page: %v", err)
		}
		f.do("push page0 another text")
		return nil
	})
}

func TestMessagesPageAndLightArePublished(t *testing.T) {
	withDisplay(t, nil, func(f *fixture) error {
		told := func(topic string, value any) string {
			data, err := json.Marshal(topics.JSON(value, f.instance.Env().Moment()))
			if err != nil {
				t.Error(topic, err)
			}
			return string(data)
		}
		messages := plugintest.Subscribe[topics.Messages](f.Harness, "panel", "messages")
		page := plugintest.Subscribe[topics.Choice](f.Harness, "panel", "page")
		light := plugintest.Subscribe[topics.Light](f.Harness, "panel", "light")
		must := func(wantMessages, wantPage, wantLight string) {
			t.Helper()
			m, _ := messages.Get()
			p, _ := page.Get()
			l, _ := light.Get()
			for _, c := range [][2]string{{told("messages", m), wantMessages}, {told("page", p), wantPage}, {told("light", l), wantLight}} {
				if c[0] != c[1] {
					t.Errorf("published is %s, want %s", c[0], c[1])
				}
			}
		}
		f.pass(time.Second)
		must(`{"up":null,"waiting":[],"pages":[]}`, `{"choice":"minutes","options":["minutes","clock","message"]}`, `{"on":true,"brightness":0.5}`)
		f.do("clock")
		f.do("brightness 20%")
		f.do(`show {"text": "Ring!", "name": "bell", "priority": 2}`)
		f.do("show Bye")
		f.do("push bins Bins out")
		must(`{"up":{"name":"bell","text":"Ring!","age_s":0.6,"priority":2},"waiting":[{"text":"Bye","age_s":0.4,"priority":0}],"pages":[{"name":"bins","text":"Bins out","age_s":0.2,"priority":0}]}`,
			`{"choice":"clock","options":["minutes","clock","message"]}`, `{"on":true,"brightness":0.2}`)
		f.do("blank")
		f.do("brightness auto")
		f.do("dismiss bell")
		f.do("previous")
		f.do("dismiss")
		f.do("previous")
		f.do("previous")
		must(`{"up":null,"waiting":[],"pages":[{"name":"bins","text":"Bins out","age_s":1.6,"priority":0}]}`,
			`{"choice":"","options":["minutes","clock","message"]}`, `{"on":true,"brightness":0.5}`)
		f.do("blank")
		must(`{"up":null,"waiting":[],"pages":[{"name":"bins","text":"Bins out","age_s":1.8,"priority":0}]}`,
			`{"choice":"","options":["minutes","clock","message"]}`, `{"on":false,"brightness":0.5}`)
		return nil
	})
}
