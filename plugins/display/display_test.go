package display_test

import (
	"errors"
	"image"
	"slices"
	"strings"
	"testing"
	"time"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/host"
	"ptvd/plugins"
	"ptvd/plugins/display"
	"ptvd/plugins/max7219"
	"ptvd/plugins/panel"
	"ptvd/plugins/panel/font"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/topics"
)

// wall is a panel on a wall and its instance.
type wall struct {
	*plugintest.Harness
	t        *plugins.Task
	panel    *sim.Panel
	spi      gpio.Counters
	every    time.Duration
	begin    time.Duration // how far the system's clock was set
	instance *plugintest.Instance
	trains   func(topics.Departures)
}

// onTheWall runs a test of a panel that shows some pages.
func onTheWall(t testing.TB, change func(*display.Config), test func(w *wall) error) {
	t.Helper()
	h := plugintest.New(t)
	w := &wall{Harness: h, panel: sim.NewPanel(4)}
	h.Board.Attach("SPI0.0", w.panel)
	w.trains = plugintest.Publish(h, "trains", plugins.NewTopic[topics.Departures]("departures", "published by the test", plugins.State(0)))
	cfg := display.Config{
		Every:      100 * time.Millisecond,
		Device:     device("SPI0.0"),
		Pages:      []display.PageEntry{entry("minutes", &display.Minutes{From: from}), entry("clock", &display.Clock{}), entry("message", &display.Message{Text: "Hello"})},
		Brightness: 0.5,
		Wake:       30 * time.Second,
	}
	if change != nil {
		change(&cfg)
	}
	w.every = cfg.Every
	h.Run(func(t *plugins.Task) error {
		w.t = t
		w.instance = h.Instance("panel", "display")
		w.instance.Board = gpio.NewBoard(w.spi.Count(h.Board), gpio.NewClaims(), "panel")
		w.instance.StartPlugin(t, func(env plugins.Env) (plugins.Plugin, error) { return display.New(env, cfg) })
		return test(w)
	})
}

func device(port plugins.SPIPort) plugins.Choice[panel.DeviceConfig] {
	return plugins.Choice[panel.DeviceConfig]{Name: "max7219", Value: &max7219.Config{SPI: port, Hz: 1_000_000, Width: 32}}
}

func entry(kind string, options panel.PageConfig) display.PageEntry {
	return display.PageEntry{Choice: plugins.Choice[panel.PageConfig]{Name: kind, Value: options}}
}

var from = plugins.From[topics.Departures]{Instance: "trains", Topic: "departures"}

// sees tells what stands in the middle of the panel, or on its right, as the
// fonts would draw it.
func (w *wall) sees(want string, face *font.Face) bool {
	seen, picture := w.panel.Picture(sim.Arrangement{}), image.NewGray(image.Rect(0, 0, 32, 8))
	face.Draw(picture, (32-face.Width(want))/2, 0, want)
	return slices.Equal(seen.Pix, picture.Pix)
}

func (w *wall) mustSee(want string) {
	w.T.Helper()
	if !w.sees(want, font.Text) && !w.sees(want, font.Bold) {
		w.T.Errorf("after %v the panel does not show %q", time.Duration(w.t.Now())-time.Hour, want)
	}
}

// publish publishes trains that leave some time after now.
func (w *wall) publish(in ...time.Duration) {
	d := topics.Departures{Received: w.t.Now(), Period: 30 * time.Second, Complete: true}
	for _, in := range in {
		d.List = append(d.List, topics.Departure{Scheduled: w.Clock.Now().Add(in), Destination: "Dandenong"})
	}
	w.trains(d)
}

func (w *wall) do(action string) {
	w.T.Helper()
	if err := w.Call("panel." + action); err != nil {
		w.T.Error(err)
	}
	w.pass(200 * time.Millisecond)
}

func (w *wall) pass(d time.Duration) {
	if err := w.t.Sleep(d); err != nil {
		w.T.Fatal(err)
	}
}

func (w *wall) published() *plugins.Subscription[topics.Picture] {
	return plugintest.Subscribe[topics.Picture](w.Harness, "panel", "picture")
}

func (w *wall) dark() bool { return slices.Max(w.panel.Picture(sim.Arrangement{}).Pix) == 0 }

func (w *wall) figure(name string) float64 {
	for n, value := range w.instance.Meter.All() {
		if n == name {
			return value
		}
	}
	return 0
}

func TestThePanelIsTrueWithinTheFirstTickAndTheFrameIsOneTransfer(t *testing.T) {
	onTheWall(t, nil, func(w *wall) error {
		w.pass(time.Millisecond)
		w.mustSee("Loading")
		if n := w.spi.Transfers(); n != 1 {
			t.Errorf("it took %d transfers", n)
		}
		return nil
	})
}

func TestASourceThatSaysNothingForFiveMinutesHasNoData(t *testing.T) {
	onTheWall(t, nil, func(w *wall) error {
		w.pass(5 * time.Minute)
		w.mustSee("Loading")
		w.pass(time.Second)
		w.mustSee("No data")
		return nil
	})
}

func TestNothingIsCountedDownBeforeTheClockIsSet(t *testing.T) {
	onTheWall(t, nil, func(w *wall) error {
		w.System.Sync = false
		w.publish(7 * time.Minute)
		w.pass(time.Second)
		w.mustSee("No clock")
		w.do("clock")
		w.mustSee("--:--")
		w.Clock.Correct(0)
		w.pass(time.Second)
		w.mustSee("07:52")
		return nil
	})
}

func TestNothingIsSentWhileThePictureStays(t *testing.T) {
	onTheWall(t, nil, func(w *wall) error {
		w.publish(7*time.Minute + 59*time.Second)
		w.pass(time.Second)
		before, drawn := w.panel.Packets(), w.figure("frames_drawn_total")
		w.pass(55 * time.Second)
		if n := w.panel.Packets() - before; n != 0 {
			t.Errorf("%d packets were sent", n)
		}
		if n := w.figure("frames_drawn_total") - drawn; n != 0 {
			t.Errorf("%v frames were drawn", n)
		}
		return nil
	})
}

func TestAPanelThatLostItsPowerIsBackWithinAMinute(t *testing.T) {
	onTheWall(t, nil, func(w *wall) error {
		w.pass(10 * time.Second)
		w.panel.PowerCycle()
		w.pass(time.Minute)
		w.mustSee("Loading")
		return nil
	})
}

func TestAPanelThatScrollsIsSetUpAgainEachMinute(t *testing.T) {
	long := func(c *display.Config) {
		c.Pages = []display.PageEntry{entry("message", &display.Message{Text: strings.Repeat("a long text ", 20)})}
	}
	onTheWall(t, long, func(w *wall) error {
		w.pass(10 * time.Second)
		w.panel.PowerCycle()
		w.pass(time.Minute)
		if !w.panel.On() {
			t.Error("the drivers still sleep")
		}
		return nil
	})
}

func TestOneTransferThatFailsIsNoAlarmAndHardlySeen(t *testing.T) {
	onTheWall(t, nil, func(w *wall) error {
		w.pass(time.Second)
		w.Board.FailSPI("SPI0.0", 1, errors.New("input/output error"))
		w.do("clock")
		w.mustBe(host.OK)
		w.pass(200 * time.Millisecond)
		w.mustSee("07:52")
		w.pass(time.Hour)
		w.mustBe(host.OK)
		return nil
	})
}

func TestAPanelThatFailsIsOpenedAgainAndShowsTheNewestPicture(t *testing.T) {
	onTheWall(t, nil, func(w *wall) error {
		w.pass(time.Second)
		w.Board.FailSPI("SPI0.0", 5, errors.New("input/output error"))
		w.do("message")
		w.pass(400 * time.Millisecond)
		w.mustBe(host.Degraded)
		if why := w.instance.Health.Why; !strings.Contains(why, "SPI0.0") || !strings.Contains(why, "input/output error") {
			t.Errorf("why: %s", why)
		}
		w.mustSee("Loading")
		w.do("clock")
		w.pass(10 * time.Second) // pauses of 0.25, 0.5, 1, 2 and 4 s, give or take a fifth
		w.mustSee("07:52")
		w.mustBe(host.Degraded) // that it works has to be seen for a while
		w.pass(8 * time.Second)
		w.mustBe(host.OK)
		return w.instance.Stop(w.t)
	})
}

func TestAPanelThatFailsEveryNowAndThenIsNotSaidToBeWellBetween(t *testing.T) {
	onTheWall(t, nil, func(w *wall) error {
		for i := range 10 {
			w.Board.FailSPI("SPI0.0", 1, errors.New("input/output error"))
			w.do("next")
			w.pass(4 * time.Second)
			if i > 0 {
				w.mustBe(host.Degraded)
			}
		}
		w.pass(time.Minute)
		w.mustBe(host.OK)
		return nil
	})
}

func (w *wall) mustBe(want host.Condition) {
	w.T.Helper()
	if health := w.instance.Health; health.Condition != want {
		w.T.Errorf("after %v its health is %s: %s", time.Duration(w.t.Now())-time.Hour, health.Condition, health.Why)
	}
}

func TestThePictureIsPublishedThoughThereIsNoPanel(t *testing.T) {
	missing := func(c *display.Config) { c.Device = device("SPI9.9") }
	onTheWall(t, missing, func(w *wall) error {
		w.pass(time.Hour)
		picture, ok := w.published().Get()
		if !ok || slices.Max(picture.Pix) == 0 {
			t.Error("there is no picture")
		}
		if health := w.instance.Health; health.Condition != host.Degraded {
			t.Errorf("its health is %s", health.Condition)
		}
		if err := w.instance.Err(); err != nil {
			t.Errorf("it ended: %v", err)
		}
		return w.instance.Stop(w.t)
	})
}

func TestWhoWatchesSeesWhatThePanelShows(t *testing.T) {
	onTheWall(t, nil, func(w *wall) error {
		for range 3 {
			w.do("next")
			picture, _ := w.published().Get()
			if !slices.Equal(picture.Pix, w.panel.Picture(sim.Arrangement{}).Pix) {
				t.Error("the published picture is another one")
			}
		}
		return nil
	})
}

func TestTheStopLeavesThePanelDark(t *testing.T) {
	onTheWall(t, nil, func(w *wall) error {
		w.pass(time.Second)
		if err := w.instance.Stop(w.t); err != nil {
			return err
		}
		if w.panel.On() || !w.dark() {
			t.Error("it still shines")
		}
		if picture, _ := w.published().Get(); slices.Max(picture.Pix) != 0 {
			t.Error("who watches still sees a picture")
		}
		return nil
	})
}

func TestActionsTurnThePages(t *testing.T) {
	onTheWall(t, nil, func(w *wall) error {
		w.do("next")
		w.mustSee("07:52")
		w.do("next")
		w.mustSee("Hello")
		w.do("next")
		w.mustSee("Loading")
		w.do("previous")
		w.mustSee("Hello")
		w.do("minutes")
		w.mustSee("Loading")
		w.do("message")
		w.mustSee("Hello")
		return nil
	})
}

func TestAnActionIsSeenBeforeTheNextTick(t *testing.T) {
	onTheWall(t, nil, func(w *wall) error {
		w.publish(20 * time.Minute)
		w.pass(time.Second)
		if err := w.Call("panel.message"); err != nil {
			return err
		}
		w.pass(w.every / 10)
		w.mustSee("Hello")
		return nil
	})
}

func TestPagesTurnByThemselvesAndAfterAnActionFromThen(t *testing.T) {
	onTheWall(t, func(c *display.Config) { c.Turn = 10 * time.Second }, func(w *wall) error {
		w.pass(9 * time.Second)
		w.mustSee("Loading")
		w.pass(2 * time.Second)
		w.mustSee("07:52")
		w.pass(8 * time.Second)
		w.do("message")
		w.pass(9 * time.Second)
		w.mustSee("Hello")
		w.pass(time.Second)
		w.mustSee("Loading")
		return nil
	})
}

func TestADarkPanelIsLitForAWhileAndTheFirstPressTurnsNothing(t *testing.T) {
	night := func(c *display.Config) { c.Blank = []plugins.Window{window("07:53-07:55")} }
	onTheWall(t, night, func(w *wall) error {
		w.pass(59 * time.Second)
		w.mustSee("Loading")
		w.pass(2 * time.Second)
		if !w.dark() {
			t.Error("it shines at night")
		}
		w.do("next")
		w.mustSee("Loading")
		w.do("next")
		w.mustSee("07:53")
		w.pass(31 * time.Second)
		if !w.dark() {
			t.Error("it goes on shining")
		}
		w.do("message")
		w.mustSee("Hello")
		w.pass(2 * time.Minute)
		w.mustSee("Hello")
		return nil
	})
}

func TestTheActionBlankHoldsUntilSomebodyUsesThePanel(t *testing.T) {
	onTheWall(t, nil, func(w *wall) error {
		w.do("blank")
		w.pass(time.Hour)
		if !w.dark() {
			t.Error("it shines again")
		}
		w.do("wake")
		w.mustSee("No data")
		w.pass(time.Hour)
		w.mustSee("No data")
		return nil
	})
}

func TestTheTestPatternStaysUntilItIsTakenAway(t *testing.T) {
	onTheWall(t, func(c *display.Config) { c.Test, c.Turn = true, 10*time.Second }, func(w *wall) error {
		w.pass(time.Minute)
		if w.sees("Loading", font.Text) || w.dark() {
			t.Error("there is no pattern")
		}
		w.do("test")
		w.mustSee("07:53")
		return nil
	})
}

func TestThePanelIsDimAtNight(t *testing.T) {
	dim := func(c *display.Config) {
		c.Dim = []display.Dim{{During: window("07:53-08:00"), Brightness: 0.2}}
	}
	onTheWall(t, dim, func(w *wall) error {
		for _, test := range []struct {
			after time.Duration
			level int
		}{{time.Second, 8}, {time.Minute, 3}, {7 * time.Minute, 8}} {
			w.pass(test.after)
			if level := w.panel.Intensity(0); level != test.level {
				t.Errorf("at %v its intensity is %d, not %d", w.Clock.Now(), level, test.level)
			}
		}
		return nil
	})
}

func window(text string) (w plugins.Window) {
	if err := w.UnmarshalText([]byte(text)); err != nil {
		panic(err)
	}
	return w
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
	onTheWall(t, pages, func(w *wall) error {
		for _, page := range []struct{ name, shows string }{
			{"evening", "Bins"}, {"evening", "Bye"}, {"message", "Hello"}, {"clock", "07:52"}, {"evening", "Bins"},
		} {
			if err := w.page(page.name); err != nil {
				t.Error(err)
			}
			w.pass(w.every)
			w.mustSee(page.shows)
		}
		for name, says := range map[string]string{
			"evning": "no page is named evning; did you mean evening?",
			"x":      "no page is named x; there are minutes, clock, message and evening",
		} {
			if err := w.page(name); err == nil || err.Error() != says {
				t.Errorf("got %v, want %s", err, says)
			}
		}
		w.pass(w.every)
		w.mustSee("Bins")
		return nil
	})
}

func (w *wall) page(name string) error {
	return w.Call("panel.page " + name)
}

func TestTheWordsArePublishedWhenTheyChange(t *testing.T) {
	onTheWall(t, func(c *display.Config) { c.Pages = c.Pages[2:] }, func(w *wall) error {
		words := plugintest.Subscribe[topics.Text](w.Harness, "panel", "text")
		w.pass(time.Second)
		before := words.Version()
		w.do("next")
		if now, _ := words.Get(); now != "Hello" || words.Version() != before {
			t.Errorf("%q was published %d times more", now, words.Version()-before)
		}
		w.do("blank")
		if now, _ := words.Get(); now != "" {
			t.Errorf("a dark panel says %q", now)
		}
		return nil
	})
}

func TestAStepOfTheSystemsClockChangesWhatIsShownAndNothingElse(t *testing.T) {
	onTheWall(t, func(c *display.Config) { c.Turn = 10 * time.Second }, func(w *wall) error {
		w.publish(7 * time.Minute)
		w.pass(time.Second)
		w.System.Step = 48 * time.Hour
		w.pass(time.Second)
		w.mustSee("No more")
		w.System.Step = 0
		w.pass(7 * time.Second)
		if w.sees("No more", font.Text) {
			t.Error("the train has not come back")
		}
		w.pass(1100 * time.Millisecond)
		w.mustSee("07:52")
		return nil
	})
}
