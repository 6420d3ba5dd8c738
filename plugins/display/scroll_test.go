package display_test

import (
	"image"
	"strings"
	"testing"
	"time"

	"ptvd/internal/gpio/sim"
	"ptvd/plugins"
	"ptvd/plugins/display"
	"ptvd/plugins/panel/font"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/topics"
)

// position returns by how many pixels a text has moved in a picture; -1: the picture
// shows something else.
func position(picture *image.Gray, text string) int {
	whole := image.NewGray(image.Rect(0, 0, font.Text.Width(text), 8))
	font.Text.Draw(whole, 0, 0, text)
	return strings.Index(columns(whole), columns(picture))
}

// columns returns a picture column by column, a byte for each.
func columns(picture *image.Gray) string {
	all := make([]byte, picture.Rect.Dx())
	for i, level := range picture.Pix {
		all[i%picture.Stride] |= level & 1 << (i / picture.Stride)
	}
	return string(all)
}

var longTexts = []string{
	"Buses replace trains between Caulfield and Westall tonight", "Bins out: the yellow and the green one",
}

func showLongTexts(c *display.Config) {
	c.Pages = nil
	for _, text := range longTexts {
		c.Pages = append(c.Pages, entry("message", &display.Message{Text: text}))
	}
}

func TestATextMovesByOnePixelAStepHoweverLateTheLoopIs(t *testing.T) {
	for _, speed := range []int{20, 33} {
		turning := func(c *display.Config) {
			showLongTexts(c)
			c.Turn, c.Scroll = 5*time.Second, speed
		}
		withDisplay(t, turning, func(f *fixture) error {
			rng := plugins.NewRand(f.instance.Env())
			f.t.Go("late", func(t *plugins.Task) error {
				for {
					if err := t.Sleep(time.Duration(rng.IntN(20)) * time.Millisecond); err != nil {
						return err
					}
					f.Stall(time.Duration(rng.IntN(25_000)) * time.Microsecond)
				}
			})
			steps, last := map[int]int{}, 0
			for began := f.t.Now(); f.t.Now().Sub(began) < 5*time.Minute; {
				picture, err := f.published().Next(f.t)
				if err != nil {
					return err
				}
				now := max(position(picture.Gray, longTexts[0]), position(picture.Gray, longTexts[1]))
				if now > 0 {
					steps[now-last]++
				}
				last = now
			}
			if steps[1] < 1000 || len(steps) > 1 {
				t.Errorf("at %d pixels a second the steps by their pixels: %v", speed, steps)
			}
			return nil
		})
	}
}

func TestALongTextScrollsAtItsSpeedWhateverEveryIs(t *testing.T) {
	const text = "Buses replace trains between Caulfield and Westall"
	hidden := font.Text.Width(text) - 32
	for _, every := range []time.Duration{20 * time.Millisecond, 100 * time.Millisecond, time.Second} {
		for _, speed := range []int{1, 20, 60} {
			change := func(c *display.Config) {
				showLongTexts(c)
				c.Pages[0] = entry("message", &display.Message{Text: text})
				c.Every, c.Scroll = every, speed
			}
			withDisplay(t, change, func(f *fixture) error {
				for moved := 0; moved <= hidden; moved += hidden / 4 {
					at := plugins.Instant(time.Hour + 2*time.Second).Add(time.Duration(moved) * (time.Second / time.Duration(speed)))
					f.pass(at.Sub(f.t.Now()) + time.Millisecond)
					if got := position(f.panel.Picture(sim.Arrangement{}), text); got != moved {
						t.Errorf("every %v at %d pixels a second: it has moved by %d, want %d", every, speed, got, moved)
					}
				}
				return nil
			})
		}
	}
}

func TestAPageTurnsWhenItsTextIsOverAndNotBeforeItsTime(t *testing.T) {
	const long = "A message of fifty-three letters that has its own end" // 53 letters
	lasts := 4*time.Second + time.Duration(font.Text.Width(long)-32)*50*time.Millisecond
	for _, turn := range []time.Duration{5 * time.Second, 12 * time.Second, 20 * time.Second} {
		change := func(c *display.Config) {
			c.Pages = []display.PageEntry{entry("message", &display.Message{Text: long}), entry("message", &display.Message{Text: "Hello"})}
			c.Turn = turn
		}
		withDisplay(t, change, func(f *fixture) error {
			rounds := (turn + lasts - 1) / lasts
			f.pass(rounds*lasts - time.Millisecond)
			if got, want := position(f.panel.Picture(sim.Arrangement{}), long), font.Text.Width(long)-32; got != want {
				t.Errorf("turn %v: before the end it has moved by %d pixels, want %d", turn, got, want)
			}
			f.pass(f.every + time.Millisecond)
			f.mustSee("Hello")
			f.pass(turn - f.every)
			f.mustSee("Hello")
			f.pass(f.every)
			if f.sees("Hello", font.Text) {
				t.Errorf("turn %v: a text that fits is shown for longer", turn)
			}
			return nil
		})
	}
}

func TestEveryRowIsShownToItsEndBeforeThePageTurns(t *testing.T) {
	for turn := 5 * time.Second; turn <= 12*time.Second; turn += time.Second {
		change := func(c *display.Config) {
			c.Pages = []display.PageEntry{entry("departures", &display.Departures{Sources: display.Sources{From: from}, Rows: 3}), entry("clock", &display.Clock{})}
			c.Turn = turn
		}
		withDisplay(t, change, func(f *fixture) error {
			texts := []string{"Dandenong South", "Pakenham East", "Cranbourne"}
			said := plugintest.Subscribe[topics.Text](f.Harness, "panel", "text")
			seen := map[string]bool{}
			f.t.Go("read", func(t *plugins.Task) error {
				for {
					words, err := said.Next(t)
					if err != nil {
						return err
					}
					seen[strings.TrimPrefix(strings.Split(string(words), ":")[0], "then ")] = true
				}
			})
			list := topics.Departures{Received: f.t.Now(), Period: 10 * time.Minute, Complete: true}
			for i, text := range texts {
				at := f.now().Add(time.Duration(20+10*i) * time.Minute)
				list.List = append(list.List, topics.Departure{Scheduled: at, Estimated: at, Destination: text})
			}
			f.trains(list)
			for !f.sees("07:52", font.Bold) && f.now().Before(list.List[0].Scheduled) {
				f.pass(100 * time.Millisecond)
			}
			for _, text := range texts {
				if !seen[text] {
					t.Errorf("turn %v: %s was not shown before the page turned; there were %v", turn, text, seen)
				}
			}
			return nil
		})
	}
}
