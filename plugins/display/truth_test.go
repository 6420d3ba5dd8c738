package display_test

import (
	"fmt"
	"image"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ptvd/internal/gpio/sim"
	"ptvd/plugins"
	"ptvd/plugins/display"
	"ptvd/plugins/panel/font"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/topics"
)

const tick = 100 * time.Millisecond

// TestTheCountdownAndTheClockGoThroughTheNight reads the panel between any two
// ticks of the last minutes before a departure.
func TestTheCountdownAndTheClockGoThroughTheNight(t *testing.T) {
	for _, test := range []struct{ name, begins, turns, leaves, before, after string }{
		{
			"midnight", "2026-11-19T23:58:00+11:00", "2026-11-20T00:00:00+11:00",
			"2026-11-20T00:04:30+11:00", "23:59", "00:00",
		},
		{
			"daylight saving begins", "2026-10-04T01:58:00+10:00", "2026-10-04T03:00:00+11:00",
			"2026-10-04T03:04:30+11:00", "01:59", "03:00",
		},
		{
			"daylight saving ends", "2026-04-05T02:58:00+11:00", "2026-04-05T02:00:00+10:00",
			"2026-04-05T02:04:30+10:00", "02:59", "02:00",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			onTheWall(t, nil, func(w *wall) error {
				w.set(instant(test.begins))
				leaves := instant(test.leaves)
				w.pass(tick / 2)
				for w.now().Before(leaves) {
					w.announce(leaves)
					for range 30 * time.Second / tick {
						w.pass(tick)
						w.mustCount(text(leaves.Sub(w.lastTick())), "")
					}
				}
				return nil
			})
			onTheWall(t, nil, func(w *wall) error {
				w.set(instant(test.begins))
				w.do("clock")
				w.pass(instant(test.turns).Sub(w.now()) - 1)
				w.mustSee(test.before)
				w.pass(tick)
				w.mustSee(test.after)
				return nil
			})
		})
	}
}

func TestADepartureAlmostADayAwayIsCountedDownToItsEnd(t *testing.T) {
	onTheWall(t, func(c *display.Config) { c.Every = time.Second }, func(w *wall) error {
		w.pass(w.every / 2)
		leaves := w.now().Add(23*time.Hour + 59*time.Minute)
		w.announce(leaves)
		w.pass(w.every)
		w.mustCount("23h", "")
		for w.now().Before(leaves.Add(-30 * time.Second)) {
			w.announce(leaves)
			w.pass(30 * time.Second)
			w.mustCount(text(leaves.Sub(w.lastTick())), "")
		}
		w.announce(leaves, leaves.Add(10*time.Minute))
		w.pass(leaves.Sub(w.now()) + w.every)
		w.mustCount("9", "")
		return nil
	})
}

func TestAStepOfTwoDaysBeforeTheFirstCorrectionBringsNoNumber(t *testing.T) {
	for _, step := range []time.Duration{-48 * time.Hour, 48 * time.Hour} {
		onTheWall(t, nil, func(w *wall) error {
			w.System.Sync = false
			w.publish(7*time.Minute+30*time.Second, 18*time.Minute+30*time.Second)
			w.pass(time.Second)
			w.System.Step = step
			w.pass(time.Second)
			w.mustSee("No clock")
			if err := w.Clock.Correct(0); err != nil {
				return err
			}
			w.pass(time.Second)
			w.mustCount("7", "18")
			return nil
		})
	}
}

func TestAStepOfTwoDaysAfterTheFirstCorrectionChangesNothing(t *testing.T) {
	for _, step := range []time.Duration{-48 * time.Hour, 48 * time.Hour} {
		onTheWall(t, nil, func(w *wall) error {
			if err := w.Clock.Correct(0); err != nil {
				return err
			}
			w.publish(7*time.Minute+30*time.Second, 18*time.Minute+30*time.Second)
			w.pass(time.Second)
			packets := w.panel.Packets()
			w.System.Step = step
			w.pass(25 * time.Second)
			w.mustCount("7", "18")
			if n := w.panel.Packets() - packets; n != 0 {
				t.Errorf("%d packets were sent", n)
			}
			return nil
		})
	}
}

// A leap second does not exist in the time that computers keep: the kernel repeats
// the second before it when a server of NTP has announced it (the leap indicator
// of RFC 5905), servers that smear make a day's seconds longer, and a board that
// goes by its monotonic clock is ahead until the next correction. In each case the
// panel's minute is right to a second.
func TestALeapSecondMovesTheCountdownByASecondAtMost(t *testing.T) {
	midnight := instant("2027-01-01T11:00:00+11:00") // in UTC, where leap seconds are
	leaves := midnight.Add(3 * time.Minute)
	for _, test := range []struct {
		name string
		live func(w *wall, after time.Duration) // what happens so long after the leap
	}{
		{"the system repeats a second", func(w *wall, after time.Duration) {
			if after >= 0 {
				w.System.Step = w.begin - time.Second
			}
		}},
		{"the servers smear", func(w *wall, after time.Duration) {
			smeared := (after + time.Minute) / 120 // a second in two minutes
			w.System.Step = w.begin - min(max(0, smeared), time.Second)
		}},
		{"the board is corrected a minute later", func(w *wall, after time.Duration) {
			offset := w.begin
			if after >= time.Minute {
				offset -= time.Second
			}
			if err := w.Clock.Correct(offset); err != nil {
				t.Error(err)
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			onTheWall(t, nil, func(w *wall) error {
				w.set(midnight.Add(-90 * time.Second))
				w.pass(tick / 2)
				started := w.t.Now()
				for after := -90 * time.Second; after < 2*time.Minute; after = w.t.Now().Sub(started) - 90*time.Second {
					test.live(w, after)
					w.announce(leaves)
					w.pass(tick)
					left := leaves.Sub(midnight.Add(after + tick)) // of seconds as clocks of atoms tick them
					if after >= 0 {
						left += time.Second
					}
					got := w.numbers()[0]
					if got != text(left-time.Second) && got != text(left+time.Second) {
						t.Errorf("%v before the departure it says %q", left, got)
					}
				}
				return nil
			})
		})
	}
}

// TestANumberIsWrongByNoMoreThanTheTimeSinceTheLastTick asks for what was right at
// the last tick, at any time between two.
func TestANumberIsWrongByNoMoreThanTheTimeSinceTheLastTick(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		walk := rapid.SampledFrom([]time.Duration{0, time.Minute, 90*time.Second + 1}).Draw(rt, "walk")
		var departures []time.Time
		for range rapid.IntRange(1, 6).Draw(rt, "departures") {
			in := rapid.Int64Range(0, int64(15*time.Minute)).Draw(rt, "in")
			departures = append(departures, plugintest.Epoch.Add(time.Duration(in)))
		}
		slices.SortFunc(departures, time.Time.Compare)
		// The times between two looks: to just after the next tick, so that it
		// has the news, and on.
		looks := rapid.SliceOfN(rapid.Int64Range(1, int64(40*time.Second)), 1, 100).Draw(rt, "looks")
		var wrong error
		onTheWall(t, nil, func(w *wall) error {
			last := departures[len(departures)-1]
			for i := 0; w.now().Before(last) && wrong == nil; i++ {
				w.trains(topics.Departures{
					List: scheduled(departures), Walk: walk, Period: 30 * time.Second, Received: w.t.Now(),
				})
				w.pass(tick + time.Duration(looks[i%len(looks)]))
				at := w.lastTick()
				var want [2]string
				n := 0
				for _, d := range departures {
					if left := d.Sub(at); left >= walk && n < 2 {
						want[n] = text(left)
						n++
					}
				}
				if got := w.numbers(); n > 0 && got != want {
					wrong = fmt.Errorf("at %v, after the tick at %v, it says %q, not %q", w.now(), at, got, want)
				}
			}
			return nil
		})
		if wrong != nil {
			rt.Fatal(wrong)
		}
	})
}

func TestNoNumberIsOlderThanFiveMinutes(t *testing.T) {
	onTheWall(t, nil, func(w *wall) error {
		w.publish(30*time.Minute+30*time.Second, 40*time.Minute+30*time.Second)
		w.pass(5*time.Minute + tick/2)
		w.mustCount("25", "35")
		w.pass(tick)
		w.mustSee("Old data")
		return nil
	})
}

func TestATickOnWhichNothingChangesAllocatesNothing(t *testing.T) {
	pages := []display.PageEntry{
		entry("minutes", &display.Minutes{From: from}), entry("departures", &display.Departures{From: from, Rows: 2}), entry("clock", &display.Clock{}),
	}
	onTheWall(t, func(c *display.Config) { c.Pages = pages }, func(w *wall) error {
		for range pages {
			w.publish(7*time.Minute + 59*time.Second)
			w.do("next")
			w.pass(100 * time.Millisecond)
			if n := testing.AllocsPerRun(10, func() { w.pass(tick) }); n != 0 {
				t.Errorf("%v allocations", n)
			}
		}
		return nil
	})
}

func instant(text string) time.Time {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return at
}

// text is how a time until a departure is written.
func text(left time.Duration) string {
	switch minutes := int(left / time.Minute); {
	case minutes < 100:
		return strconv.Itoa(minutes)
	case minutes < 24*60:
		return strconv.Itoa(minutes/60) + "h"
	default:
		return strconv.Itoa(minutes/60/24) + "d"
	}
}

func scheduled(at []time.Time) (list []topics.Departure) {
	for _, at := range at {
		list = append(list, topics.Departure{Scheduled: at, Destination: "Dandenong"})
	}
	return list
}

// set sets the clock.
func (w *wall) set(to time.Time) {
	w.System.Step += to.Sub(w.now())
	w.begin = w.System.Step
}

func (w *wall) now() time.Time { return w.Clock.Now() }

// lastTick returns when the panel ticked last: its first tick was at the start.
func (w *wall) lastTick() time.Time {
	return w.now().Add(-(w.t.Now().Sub(plugins.Instant(time.Hour)) % w.every))
}

// announce publishes departures that leave at some times.
func (w *wall) announce(at ...time.Time) {
	w.trains(topics.Departures{List: scheduled(at), Received: w.t.Now(), Period: 30 * time.Second})
}

func (w *wall) mustCount(first, second string) {
	w.T.Helper()
	if got, want := w.numbers(), [2]string{first, second}; got != want {
		w.T.Errorf("at %v the panel says %q, not %q", w.now(), got, want)
	}
}

// numbers reads what stands in the two places of the page with the minutes.
func (w *wall) numbers() (read [2]string) {
	seen := w.panel.Picture(sim.Arrangement{})
	for i := range read {
		place := image.NewGray(image.Rect(0, 0, 15, 7))
		for y := range 7 {
			copy(place.Pix[15*y:15*y+15], seen.Pix[32*y+17*i:])
		}
		text, ok := readable[string(place.Pix)]
		if !ok {
			text = "?"
		}
		read[i] = text
	}
	return read
}

// readable is what may stand in such a place, by its pixels.
var readable = func() map[string]string {
	all := map[string]string{}
	texts := []string{"", "now", "✗", "🚌"}
	for n := range 100 {
		texts = append(texts, fmt.Sprint(n), fmt.Sprint("🚌", n))
		if n > 0 {
			texts = append(texts, fmt.Sprint(n, "h"), fmt.Sprint(n, "d"))
		}
	}
	for _, text := range texts {
		face := font.Text
		if font.Bold.Has(text) {
			face = font.Bold
		}
		place := image.NewGray(image.Rect(0, 0, 15, 7))
		face.Draw(place, 15-face.Width(text), 0, text)
		all[string(place.Pix)] = text
	}
	return all
}()
