package display_test

import (
	"image"
	"slices"
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
// Others may publish before the display is made.
func withDisplay(t testing.TB, change func(*display.Config), test func(f *fixture) error, others ...func(*plugintest.Harness)) {
	t.Helper()
	h := plugintest.New(t)
	f := &fixture{Harness: h, panel: sim.NewPanel(4)}
	h.Board.Attach("SPI0.0", f.panel)
	f.trains = plugintest.Publish(h, "trains", plugins.NewTopic[topics.Departures]("departures", "published by the test", plugins.State(0)))
	for _, publish := range others {
		publish(h)
	}
	cfg := display.Config{
		Every:      100 * time.Millisecond,
		Scroll:     20,
		Device:     device("SPI0.0"),
		Pages:      []display.PageEntry{entry("minutes", &display.Minutes{Sources: display.Sources{From: from}}), entry("clock", &display.Clock{}), entry("message", &display.Message{Text: "Hello"})},
		Brightness: 0.5,
		Wake:       30 * time.Second,
		Messages:   display.Messages{For: 20 * time.Second, Expire: time.Hour},
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

var from = []plugins.From[topics.Departures]{{Instance: "trains", Topic: "departures"}}

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

func (f *fixture) mustBe(want host.Condition) {
	f.T.Helper()
	if health := f.instance.Health; health.Condition != want {
		f.T.Errorf("after %v its health is %s: %s", time.Duration(f.t.Now())-time.Hour, health.Condition, health.Why)
	}
}

func window(text string) (f plugins.Window) {
	if err := f.UnmarshalText([]byte(text)); err != nil {
		panic(err)
	}
	return f
}

func (f *fixture) page(name string) error {
	return f.Call("panel.page " + name)
}
