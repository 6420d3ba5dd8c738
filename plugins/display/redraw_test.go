package display

import (
	"bytes"
	"fmt"
	"image"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ptvd/plugins"
	"ptvd/plugins/max7219"
	"ptvd/plugins/panel"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/topics"
)

// TestThePictureIsTheOneThatWouldBeDrawnNow changes whatever can change the
// picture, and at each tick compares the picture with one that is drawn from scratch.
func TestThePictureIsTheOneThatWouldBeDrawnNow(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var wrong error
		h := plugintest.New(t)
		h.System.Step = rapid.SampledFrom([]time.Duration{0, 16 * time.Hour, -46 * 24 * time.Hour}).Draw(rt, "start")
		h.System.Sync = rapid.Bool().Draw(rt, "set")
		trains := plugintest.Publish(h, "trains", plugins.NewTopic[topics.Departures]("departures", "published by the test", plugins.State(0)))
		watched := &watchedDepartures{}
		cfg := anyPanel(rt, watched)
		h.Run(func(task *plugins.Task) error {
			var p *display
			h.Instance("panel", "display").StartPlugin(task, func(env plugins.Env) (plugins.Plugin, error) {
				made, err := New(env, cfg)
				p = made.(*display)
				return made, err
			})
			for range rapid.IntRange(1, 12).Draw(rt, "events") {
				what := change(rt, h, trains, task.Now())
				ticks := rapid.IntRange(1, 80).Draw(rt, "ticks")
				if rapid.IntRange(0, 5).Draw(rt, "long") == 0 {
					ticks *= 50
				}
				for range ticks {
					if err := task.Sleep(cfg.Every); err != nil {
						return err
					}
					if err := task.Yield(); err != nil { // to the display, which looks at the same time
						return err
					}
					if fresh := p.fresh(watched); wrong == nil && !bytes.Equal(fresh.Pix, p.sender.frame.Picture.Pix) {
						wrong = fmt.Errorf("at %v, some time after %s, it shows\n%snot\n%s", h.Clock.Now(), what, art(p.sender.frame.Picture), art(fresh))
					}
				}
			}
			return nil
		})
		if wrong != nil {
			rt.Fatal(wrong)
		}
	})
}

// watchedDepartures is the page with the departures, whose round the test can read.
type watchedDepartures struct {
	Departures
	rows *departuresRows
}

func (p *watchedDepartures) NewPage(env plugins.Env) panel.Page {
	p.rows = newDepartures(&p.Departures)
	return departuresPage(env, &p.Sources, p.rows.draw)
}

// fresh draws what the panel should show now. The display and its pages are the same
// afterwards: a display that draws too late must not find that fresh has gone on to the
// next row.
func (d *display) fresh(departures *watchedDepartures) *image.Gray {
	before := departures.rows.round
	defer func() { departures.rows.round = before }()
	picture, brightness, pager := newCanvas(d.canvas.Rect.Max), d.brightness, d.pager
	m := &panel.Moment{Moment: d.env.Moment(), Started: d.started, Step: d.cfg.step()}
	if blank, _ := brightness.at(m); !blank {
		pager.draw(picture, m)
	}
	return picture
}

func entry(kind string, options panel.PageConfig) PageEntry {
	return PageEntry{Choice: plugins.Choice[panel.PageConfig]{Name: kind, Value: options}}
}

func anyPanel(rt *rapid.T, departures *watchedDepartures) Config {
	sources := Sources{From: []plugins.From[topics.Departures]{{Instance: "trains", Topic: "departures"}}}
	departures.Departures = Departures{Sources: sources, Rows: 3, Disruptions: true}
	cfg := Config{
		Every:  100 * time.Millisecond,
		Scroll: rapid.SampledFrom([]int{10, 20, 50}).Draw(rt, "scroll"),
		Device: plugins.Choice[panel.DeviceConfig]{
			Name: "max7219", Value: &max7219.Config{SPI: "SPI0.0", Hz: 1_000_000, Width: rapid.SampledFrom([]int{16, 32, 64}).Draw(rt, "width"), Height: 8},
		},
		Brightness: 0.5,
		Wake:       3 * time.Second,
		Turn:       rapid.SampledFrom([]time.Duration{0, 7 * time.Second}).Draw(rt, "turn"),
		Pages: []PageEntry{
			entry("minutes", &Minutes{Sources: sources}),
			entry("departures", departures),
			entry("clock", &Clock{}),
			entry("message", &Message{Text: "Bins out tonight"}),
		},
	}
	if rapid.Bool().Draw(rt, "nights") {
		var night plugins.Window
		if err := night.UnmarshalText([]byte("07:54-07:56")); err != nil {
			panic(err)
		}
		cfg.Blank = []plugins.Window{night}
	}
	return cfg
}

// change changes something that may change the picture, and says what.
func change(rt *rapid.T, h *plugintest.Harness, trains func(topics.Departures), now plugins.Instant) string {
	act := func(action string) string {
		if err := h.Call("panel." + action); err != nil {
			panic(err)
		}
		return action
	}
	switch rapid.IntRange(0, 6).Draw(rt, "event") {
	case 0:
		return act(rapid.SampledFrom([]string{"next", "previous", "wake", "blank", "test"}).Draw(rt, "action"))
	case 1:
		return act(rapid.SampledFrom(pageActions).Draw(rt, "page").Name())
	case 2:
		h.System.Step += rapid.SampledFrom([]time.Duration{-48 * time.Hour, -time.Second, time.Millisecond, time.Second, 48 * time.Hour}).Draw(rt, "step")
		return "a step of the clock"
	case 3:
		if err := h.Clock.Correct(time.Duration(rapid.Int64Range(-int64(time.Minute), int64(time.Minute)).Draw(rt, "offset"))); err != nil {
			panic(err)
		}
		return "a correction of the clock"
	case 4:
		h.System.Sync = !h.System.Sync
		return "a change of whether the clock is synchronized"
	}
	trains(anyDepartures(rt, h.Clock.Now(), now))
	return "new departures"
}

func anyDepartures(rt *rapid.T, now time.Time, mono plugins.Instant) topics.Departures {
	d := topics.Departures{
		Received: mono, Period: rapid.SampledFrom([]time.Duration{2 * time.Second, 30 * time.Second}).Draw(rt, "period"),
		Walk: rapid.SampledFrom([]time.Duration{0, 0, 99 * time.Second}).Draw(rt, "walk"),
	}
	if rapid.IntRange(0, 9).Draw(rt, "problem") == 0 {
		d.Received, d.Problem = 0, "no network"
	}
	soon, first := d.Walk+time.Second, []time.Duration{-time.Second, 99 * time.Minute, 24 * time.Hour}
	in := rapid.SampledFrom(append(first, soon, soon)).Draw(rt, "first")
	apart := rapid.SampledFrom([]time.Duration{2 * time.Second, 2 * time.Minute}).Draw(rt, "apart")
	for range rapid.IntRange(0, 4).Draw(rt, "departures") {
		in += time.Duration(rapid.Int64Range(0, int64(apart)).Draw(rt, "later"))
		d.List = append(d.List, topics.Departure{
			Scheduled:     now.Add(in),
			Destination:   rapid.SampledFrom([]string{"Dandenong", "City", "Pakenham East"}).Draw(rt, "destination"),
			Cancelled:     rapid.IntRange(0, 5).Draw(rt, "cancelled") == 0,
			ReplacedByBus: rapid.IntRange(0, 5).Draw(rt, "bus") == 0,
			AtPlatform:    rapid.IntRange(0, 3).Draw(rt, "standing") == 0,
			Disruptions:   strings.Fields(rapid.SampledFrom([]string{"", "Works"}).Draw(rt, "disruption")),
		})
	}
	return d
}
