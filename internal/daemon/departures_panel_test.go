package daemon_test

import (
	"image"
	"slices"
	"strings"
	"testing"
	"time"

	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
	"ptvd/plugins/panel/font"
)

func TestAPanelTellsRealTimeFromTheTimetable(t *testing.T) {
	var pictures []*image.Gray
	for _, noEstimate := range []bool{false, true} {
		replies := []string{reply(service{In: 8, Destination: "City", NoEstimate: noEstimate})}
		runBoard(t, "", "pages: [{minutes: trains}]", replies, time.Second, func(task *scheduler.Task, b *board) error {
			err := task.Sleep(time.Second)
			pictures = append(pictures, b.panel.Picture(sim.Arrangement{}))
			return err
		})
	}
	differ := 0
	for i, lit := range pictures[0].Pix {
		if lit != pictures[1].Pix[i] {
			differ++
		}
	}
	if differ < 2 {
		t.Errorf("%d LEDs differ", differ)
	}
}

func TestRequestsAreAsSmallAsTheyCanBe(t *testing.T) {
	for options, want := range map[string][]string{
		"count: 2,":                               {"/stop/7?", "max_results=3&"},
		"count: 2, walk: 4m,":                     {"/stop/7?", "max_results=5&"},
		"count: 2, routes: [3, 4],":               {"/stop/7/route/3?", "max_results=3&", "/stop/7/route/4?"},
		"count: 2, directions: 1,":                {"/stop/7?", "direction_id=1&", "max_results=3&"},
		"count: 30, routes: [1, 2, 3, 4, 5],":     {"/stop/7?", "max_results=93&"},
		"count: 30, walk: 2h, routes: [1, 2, 3],": {"/stop/7/route/1?", "max_results=91&", "/stop/7/route/2?", "/stop/7/route/3?"},
	} {
		runBoard(t, options, "pages: [{minutes: trains}]", []string{reply(service{In: 5, Destination: "City"})}, 2*time.Second, func(task *scheduler.Task, b *board) error {
			err := task.Sleep(time.Second)
			asked := strings.Join(b.api.asked, " ")
			for _, part := range want {
				if _, after, ok := strings.Cut(asked, part); !ok {
					t.Errorf("with %s it asked %s, want %s in it", options, asked, part)
				} else if strings.HasPrefix(part, "/") {
					asked = after + asked // in this order
				}
			}
			return err
		})
	}
}

// longest is a row whose text does not fit.
var longest = service{In: 7, Run: "long", Route: 3, Number: "631", Destination: "Waverley Gardens Shopping Centre and Southland", Platform: "2"}

func TestEveryRowIsReadToItsEndBeforeThePageTurns(t *testing.T) {
	replies := []string{reply(longest, service{In: 18, Destination: "City"})}
	var said []string
	lasted := map[string]time.Duration{}
	runBoard(t, "", "turn: 5s, pages: [{departures: trains}, clock]", replies, time.Minute, func(task *scheduler.Task, b *board) error {
		for range task.Every(100 * time.Millisecond) {
			if task.Now().Sub(booted) >= 50*time.Second {
				break
			}
			words, _ := state(t, b.Daemon)
			words, _, _ = strings.Cut(words, ":")
			if lasted[words] += 100 * time.Millisecond; !slices.Contains(said, words) {
				said = append(said, words)
			}
		}
		return nil
	})
	const first, second = "631 Waverley Gardens Shopping Centre and Southland, platform 2", "then City"
	i, j := slices.Index(said, first), slices.Index(said, second)
	if i < 0 || j < i || lasted[second] < 5*time.Second {
		t.Errorf("the panel said %q for %v", said, lasted)
	}
}

// The badge gets wider and narrower, and trains come and go, while a text scrolls.
func TestATextMovesByOnePixelWhileRowsChange(t *testing.T) {
	bus := func(in int) service { return service{In: in, Destination: "Quix"} }
	soon := longest
	soon.Late, soon.AtPlatform = -6, true
	replies := []string{
		reply(longest, bus(18)), reply(bus(1), longest, bus(18)), reply(longest, bus(18), bus(28)),
		reply(soon, bus(28)), reply(longest, bus(28)),
	}
	whole := columns(letters("631 Waverley Gardens SC and Southland, platform 2"))
	steps := 0
	runBoard(t, "every: 10s,", "pages: [{departures: trains}]", replies, 2*time.Minute, func(task *scheduler.Task, b *board) error {
		before := -1
		for range task.Every(10 * time.Millisecond) {
			if task.Now().Sub(booted) >= 2*time.Minute {
				break
			}
			text := columns(b.panel.Picture(sim.Arrangement{}))[:14]
			at := strings.Index(whole, text)
			for _, near := range []int{before + 1, before} { // a part may occur twice
				if near > 0 && strings.HasPrefix(whole[near:], text) {
					at = near
				}
			}
			if at > 0 && at != before && at != before+1 {
				t.Errorf("at %v the text jumps from pixel %d to %d", task.Now().Sub(booted), before, at)
			}
			if at <= 0 && before > 0 && before < len(whole)-32 {
				t.Errorf("at %v the text is gone before its end, at pixel %d of %d", task.Now().Sub(booted), before, len(whole))
			}
			if at == before+1 {
				steps++
			}
			before = at
		}
		return nil
	})
	if steps < 200 {
		t.Errorf("the text has moved by %d pixels", steps)
	}
}

func letters(text string) *image.Gray {
	on := image.NewGray(image.Rect(0, 0, font.Text.Width(text), font.Height))
	font.Text.Draw(on, 0, 0, text)
	return on
}

// columns returns each column of a picture as a byte.
func columns(of *image.Gray) string {
	all := make([]byte, of.Rect.Dx())
	for x := range all {
		for y := range 8 {
			if of.GrayAt(x, y).Y > 0 {
				all[x] |= 1 << y
			}
		}
	}
	return string(all)
}
