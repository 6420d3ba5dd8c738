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

// fixture is a display, the simulated panel that it drives, and a source of departures.
type fixture struct {
	*plugintest.Harness
	t        *plugins.Task
	panel    *sim.Panel
	claims   *gpio.Claims
	every    time.Duration
	begin    time.Duration // how far the system's clock was set
	instance *plugintest.Instance
	trains   func(topics.Departures)
}

// withDisplay runs a test of a display with three pages, or as change configures it.
func withDisplay(t testing.TB, change func(*display.Config), test func(f *fixture) error) {
	t.Helper()
	h := plugintest.New(t)
	f := &fixture{Harness: h, panel: sim.NewPanel(4)}
	h.Board.Attach("SPI0.0", f.panel)
	f.trains = plugintest.Publish(h, "trains", plugins.NewTopic[topics.Departures]("departures", "published by the test", plugins.State(0)))
	cfg := display.Config{
		Every:      100 * time.Millisecond,
		Scroll:     20,
		Device:     device("SPI0.0"),
		Pages:      []display.PageEntry{entry("minutes", &display.Minutes{From: from}), entry("clock", &display.Clock{}), entry("message", &display.Message{Text: "Hello"})},
		Brightness: 0.5,
		Wake:       30 * time.Second,
	}
	if change != nil {
		change(&cfg)
	}
	f.every = cfg.Every
	h.Run(func(t *plugins.Task) error {
		f.t = t
		f.instance = h.Instance("panel", "display")
		f.claims = gpio.NewClaims()
		f.instance.Board = gpio.NewBoard(h.Board, f.claims, "panel")
		f.instance.StartPlugin(t, func(env plugins.Env) (plugins.Plugin, error) { return display.New(env, cfg) })
		return test(f)
	})
}

func device(port plugins.SPIPort) plugins.Choice[panel.DeviceConfig] {
	return plugins.Choice[panel.DeviceConfig]{Name: "max7219", Value: &max7219.Config{SPI: port, Hz: 1_000_000, Width: 32, Height: 8, Refresh: time.Minute}}
}

func entry(kind string, options panel.PageConfig) display.PageEntry {
	return display.PageEntry{Choice: plugins.Choice[panel.PageConfig]{Name: kind, Value: options}}
}

var from = plugins.From[topics.Departures]{Instance: "trains", Topic: "departures"}

// sees tells whether the panel shows a text in the middle, as a font draws it.
func (f *fixture) sees(want string, face *font.Face) bool {
	seen, picture := f.panel.Picture(sim.Arrangement{}), image.NewGray(image.Rect(0, 0, 32, 8))
	face.Draw(picture, (32-face.Width(want))/2, 0, want)
	return slices.Equal(seen.Pix, picture.Pix)
}

func (f *fixture) mustSee(want string) {
	f.T.Helper()
	if !f.sees(want, font.Text) && !f.sees(want, font.Bold) {
		f.T.Errorf("after %v the panel does not show %q", time.Duration(f.t.Now())-time.Hour, want)
	}
}

// publish publishes trains that leave some time after now.
func (f *fixture) publish(in ...time.Duration) {
	d := topics.Departures{Received: f.t.Now(), Period: 30 * time.Second, Complete: true}
	for _, in := range in {
		at := f.Clock.Now().Add(in)
		d.List = append(d.List, topics.Departure{Scheduled: at, Estimated: at, Destination: "Dandenong"})
	}
	f.trains(d)
}

func (f *fixture) do(action string) {
	f.T.Helper()
	if err := f.Call("panel." + action); err != nil {
		f.T.Error(err)
	}
	f.pass(200 * time.Millisecond)
}

func (f *fixture) pass(d time.Duration) {
	if err := f.t.Sleep(d); err != nil {
		f.T.Fatal(err)
	}
}

func (f *fixture) published() *plugins.Subscription[topics.Picture] {
	return plugintest.Subscribe[topics.Picture](f.Harness, "panel", "picture")
}

func (f *fixture) dark() bool { return slices.Max(f.panel.Picture(sim.Arrangement{}).Pix) == 0 }

func (f *fixture) figure(name string) float64 {
	for n, value := range f.instance.Meter.All() {
		if n == name {
			return value
		}
	}
	return 0
}

func TestTheFirstPictureIsSentWithinATickInFourTransfers(t *testing.T) {
	withDisplay(t, nil, func(f *fixture) error {
		f.pass(time.Millisecond)
		f.mustSee("Loading")
		if n := f.claims.SPI.Transfers(); n != 4 { // 5 packets of setup and 8 rows, 4 at a time
			t.Errorf("there were %d transfers", n)
		}
		return nil
	})
}

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

func TestNothingIsSentWhileThePictureIsTheSame(t *testing.T) {
	withDisplay(t, nil, func(f *fixture) error {
		f.publish(7*time.Minute + 59*time.Second)
		f.pass(time.Second)
		before, drawn := f.panel.Packets(), f.figure("frames_drawn_total")
		f.pass(55 * time.Second)
		if n := f.panel.Packets() - before; n != 0 {
			t.Errorf("%d packets were sent", n)
		}
		if n := f.figure("frames_drawn_total") - drawn; n != 0 {
			t.Errorf("%v frames were drawn", n)
		}
		return nil
	})
}

func TestAPanelThatLostPowerIsRestoredWithinAMinute(t *testing.T) {
	withDisplay(t, nil, func(f *fixture) error {
		f.pass(10 * time.Second)
		f.panel.PowerCycle()
		f.pass(time.Minute)
		f.mustSee("Loading")
		return nil
	})
}

func TestStaticHealsWithinTheRefreshAndIsCountedApart(t *testing.T) {
	often := func(c *display.Config) {
		c.Device.Value.(*max7219.Config).Refresh = 3 * time.Second
	}
	withDisplay(t, often, func(f *fixture) error {
		f.pass(10 * time.Second)
		changed, refreshed := f.figure("changed_bytes_total"), f.figure("refreshed_bytes_total")
		f.panel.Receive([]byte{0xf, 1, 0xc, 0, 3, 0xff, 5, 0}) // display test, shutdown, digits
		f.pass(3 * time.Second)
		f.mustSee("Loading")
		f.pass(237 * time.Second)
		if n := f.figure("changed_bytes_total") - changed; n != 0 {
			t.Errorf("%v bytes of changes were sent, though nothing changed", n)
		}
		if n := f.figure("refreshed_bytes_total") - refreshed; n != 80*13*8 { // packets of four drivers
			t.Errorf("%v bytes of refreshes were sent", n)
		}
		f.do("clock")
		if n := f.figure("changed_bytes_total") - changed; n == 0 || n > 8*8 {
			t.Errorf("a new page took %v bytes", n)
		}
		return nil
	})
}

func TestAScrollingPanelIsSetUpAgainEveryMinute(t *testing.T) {
	long := func(c *display.Config) {
		c.Pages = []display.PageEntry{entry("message", &display.Message{Text: strings.Repeat("a long text ", 20)})}
	}
	withDisplay(t, long, func(f *fixture) error {
		f.pass(10 * time.Second)
		f.panel.PowerCycle()
		f.pass(time.Minute)
		if !f.panel.On() {
			t.Error("the drivers are in shutdown mode")
		}
		return nil
	})
}

func TestOneFailedTransferDoesNotDegradeHealth(t *testing.T) {
	withDisplay(t, nil, func(f *fixture) error {
		f.pass(time.Second)
		f.Board.FailSPI("SPI0.0", 1, errors.New("input/output error"))
		f.do("clock")
		f.mustBe(host.OK)
		f.pass(200 * time.Millisecond)
		f.mustSee("07:52")
		f.pass(time.Hour)
		f.mustBe(host.OK)
		return nil
	})
}

func TestADeviceThatFailsIsReopenedAndShowsTheNewestPicture(t *testing.T) {
	withDisplay(t, nil, func(f *fixture) error {
		f.pass(time.Second)
		f.Board.FailSPI("SPI0.0", 5, errors.New("input/output error"))
		f.do("message")
		f.pass(400 * time.Millisecond)
		f.mustBe(host.Degraded)
		if why := f.instance.Health.Why; !strings.Contains(why, "SPI0.0") || !strings.Contains(why, "input/output error") {
			t.Errorf("why: %s", why)
		}
		f.mustSee("Loading")
		f.do("clock")
		f.pass(10 * time.Second) // pauses of 0.25, 0.5, 1, 2 and 4 s, give or take a fifth
		f.mustSee("07:52")
		f.mustBe(host.Degraded) // that it works has to be seen for a while
		f.pass(8 * time.Second)
		f.mustBe(host.OK)
		return f.instance.Stop(f.t)
	})
}

func TestHealthStaysDegradedWhileADeviceFailsNowAndThen(t *testing.T) {
	withDisplay(t, nil, func(f *fixture) error {
		for i := range 10 {
			f.Board.FailSPI("SPI0.0", 1, errors.New("input/output error"))
			f.do("next")
			f.pass(4 * time.Second)
			if i > 0 {
				f.mustBe(host.Degraded)
			}
		}
		f.pass(time.Minute)
		f.mustBe(host.OK)
		return nil
	})
}

func (f *fixture) mustBe(want host.Condition) {
	f.T.Helper()
	if health := f.instance.Health; health.Condition != want {
		f.T.Errorf("after %v its health is %s: %s", time.Duration(f.t.Now())-time.Hour, health.Condition, health.Why)
	}
}

func TestThePictureIsPublishedWithoutADevice(t *testing.T) {
	missing := func(c *display.Config) { c.Device = device("SPI9.9") }
	withDisplay(t, missing, func(f *fixture) error {
		f.pass(time.Hour)
		picture, ok := f.published().Get()
		if !ok || slices.Max(picture.Pix) == 0 {
			t.Error("there is no picture")
		}
		if health := f.instance.Health; health.Condition != host.Degraded {
			t.Errorf("its health is %s", health.Condition)
		}
		if err := f.instance.Err(); err != nil {
			t.Errorf("it ended: %v", err)
		}
		return f.instance.Stop(f.t)
	})
}

func TestWithoutAPanelThePicturesAreForTheBrowserAndNothingIsSent(t *testing.T) {
	browser := func(c *display.Config) {
		c.Device = plugins.Choice[panel.DeviceConfig]{Name: "none", Value: &display.None{Width: 64, Height: 8}}
	}
	withDisplay(t, browser, func(f *fixture) error {
		f.do("clock")
		picture, _ := f.published().Get()
		if picture.Gray == nil || picture.Rect.Dx() != 64 || slices.Max(picture.Pix) == 0 {
			t.Error("there is no picture of 64 columns")
		}
		f.pass(time.Hour)
		f.mustBe(host.OK)
		if n := f.panel.Packets(); n != 0 {
			t.Errorf("%d packets were sent", n)
		}
		return f.instance.Stop(f.t)
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

func TestStopLeavesThePanelDark(t *testing.T) {
	withDisplay(t, nil, func(f *fixture) error {
		f.pass(time.Second)
		if err := f.instance.Stop(f.t); err != nil {
			return err
		}
		if f.panel.On() || !f.dark() {
			t.Error("the panel is not dark")
		}
		if picture, _ := f.published().Get(); slices.Max(picture.Pix) != 0 {
			t.Error("the published picture is not dark")
		}
		return nil
	})
}

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

func window(text string) (f plugins.Window) {
	if err := f.UnmarshalText([]byte(text)); err != nil {
		panic(err)
	}
	return f
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

func (f *fixture) page(name string) error {
	return f.Call("panel.page " + name)
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
