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

// TestTheCountdownAndTheClockAreRightOverMidnightAndDaylightSaving reads the panel
// between any two ticks of the last minutes before a departure.
func TestTheCountdownAndTheClockAreRightOverMidnightAndDaylightSaving(t *testing.T) {
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
			withDisplay(t, nil, func(f *fixture) error {
				f.set(instant(test.begins))
				leaves := instant(test.leaves)
				f.pass(tick / 2)
				for f.now().Before(leaves) {
					f.announce(leaves)
					for range 30 * time.Second / tick {
						f.pass(tick)
						f.mustCount(text(leaves.Sub(f.lastTick())), "")
					}
				}
				return nil
			})
			withDisplay(t, nil, func(f *fixture) error {
				f.set(instant(test.begins))
				f.do("clock")
				f.pass(instant(test.turns).Sub(f.now()) - 1)
				f.mustSee(test.before)
				f.pass(tick)
				f.mustSee(test.after)
				return nil
			})
		})
	}
}

func TestADepartureADayAwayIsCountedDownToTheEnd(t *testing.T) {
	withDisplay(t, func(c *display.Config) { c.Every = time.Second }, func(f *fixture) error {
		f.pass(f.every / 2)
		leaves := f.now().Add(23*time.Hour + 59*time.Minute)
		at := image.NewGray(image.Rect(0, 0, 32, 8))
		font.Bold.Draw(at, 32-font.Bold.Width("07:51"), 0, "07:51")
		for f.now().Before(leaves.Add(-30 * time.Second)) {
			f.announce(leaves, leaves.Add(10*time.Minute))
			f.pass(30 * time.Second)
			if left := leaves.Sub(f.lastTick()); left < time.Hour {
				f.mustCount(text(left), f.numbers()[1])
			} else if !slices.Equal(f.panel.Picture(sim.Arrangement{}).Pix, at.Pix) {
				t.Fatalf("%v before the departure the panel does not say 07:51", left)
			}
		}
		f.announce(leaves, leaves.Add(10*time.Minute))
		f.pass(leaves.Sub(f.now()) + f.every)
		f.mustCount("9", "")
		return nil
	})
}

func TestAClockStepBeforeTheFirstCorrectionShowsNoNumber(t *testing.T) {
	for _, step := range []time.Duration{-48 * time.Hour, 48 * time.Hour} {
		withDisplay(t, nil, func(f *fixture) error {
			f.System.Sync = false
			f.publish(7*time.Minute+30*time.Second, 18*time.Minute+30*time.Second)
			f.pass(time.Second)
			f.System.Step = step
			f.pass(time.Second)
			f.mustSee("No clock")
			if err := f.Clock.Correct(0); err != nil {
				return err
			}
			f.pass(time.Second)
			f.mustCount("7", "18")
			return nil
		})
	}
}

func TestAClockStepAfterTheFirstCorrectionChangesNothing(t *testing.T) {
	for _, step := range []time.Duration{-48 * time.Hour, 48 * time.Hour} {
		withDisplay(t, nil, func(f *fixture) error {
			if err := f.Clock.Correct(0); err != nil {
				return err
			}
			f.publish(7*time.Minute+30*time.Second, 18*time.Minute+30*time.Second)
			f.pass(time.Second)
			packets := f.panel.Packets()
			f.System.Step = step
			f.pass(25 * time.Second)
			f.mustCount("7", "18")
			if n := f.panel.Packets() - packets; n != 0 {
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
func TestALeapSecondMovesTheCountdownByAtMostASecond(t *testing.T) {
	midnight := instant("2027-01-01T11:00:00+11:00") // in UTC, where leap seconds are
	leaves := midnight.Add(3 * time.Minute)
	for _, test := range []struct {
		name   string
		change func(f *fixture, after time.Duration) // so long after the leap
	}{
		{"the system repeats a second", func(f *fixture, after time.Duration) {
			if after >= 0 {
				f.System.Step = f.begin - time.Second
			}
		}},
		{"the servers smear", func(f *fixture, after time.Duration) {
			smeared := (after + time.Minute) / 120 // a second in two minutes
			f.System.Step = f.begin - min(max(0, smeared), time.Second)
		}},
		{"the board is corrected a minute later", func(f *fixture, after time.Duration) {
			offset := f.begin
			if after >= time.Minute {
				offset -= time.Second
			}
			if err := f.Clock.Correct(offset); err != nil {
				t.Error(err)
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			withDisplay(t, nil, func(f *fixture) error {
				f.set(midnight.Add(-90 * time.Second))
				f.pass(tick / 2)
				started := f.t.Now()
				for after := -90 * time.Second; after < 2*time.Minute; after = f.t.Now().Sub(started) - 90*time.Second {
					test.change(f, after)
					f.announce(leaves)
					f.pass(tick)
					left := leaves.Sub(midnight.Add(after + tick)) // in seconds of an atomic clock
					if after >= 0 {
						left += time.Second
					}
					got := f.numbers()[0]
					if got != text(left-time.Second) && got != text(left+time.Second) {
						t.Errorf("%v before the departure it says %q", left, got)
					}
				}
				return nil
			})
		})
	}
}

// TestANumberIsWrongByNoMoreThanTheTimeSinceTheLastTick reads the panel at
// any time between two ticks, and expects what was right at the last one.
func TestANumberIsWrongByNoMoreThanTheTimeSinceTheLastTick(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		walk := rapid.SampledFrom([]time.Duration{0, time.Minute, 90*time.Second + 1}).Draw(rt, "walk")
		var departures []time.Time
		for range rapid.IntRange(1, 6).Draw(rt, "departures") {
			in := rapid.Int64Range(0, int64(15*time.Minute)).Draw(rt, "in")
			departures = append(departures, plugintest.Epoch.Add(time.Duration(in)))
		}
		slices.SortFunc(departures, time.Time.Compare)
		// The times between two readings, on top of the tick at which new departures
		// are shown.
		pauses := rapid.SliceOfN(rapid.Int64Range(1, int64(40*time.Second)), 1, 100).Draw(rt, "pauses")
		var wrong error
		withDisplay(t, nil, func(f *fixture) error {
			last := departures[len(departures)-1]
			for i := 0; f.now().Before(last) && wrong == nil; i++ {
				f.trains(topics.Departures{
					List: scheduled(departures), Walk: walk, Period: 30 * time.Second, Received: f.t.Now(),
				})
				f.pass(tick + time.Duration(pauses[i%len(pauses)]))
				at := f.lastTick()
				var want [2]string
				n := 0
				for _, d := range departures {
					if left := d.Sub(at); left >= walk && n < 2 {
						want[n] = text(left)
						n++
					}
				}
				if got := f.numbers(); n > 0 && got != want {
					wrong = fmt.Errorf("at %v, after the tick at %v, it says %q, not %q", f.now(), at, got, want)
				}
			}
			return nil
		})
		if wrong != nil {
			rt.Fatal(wrong)
		}
	})
}

func TestNoNumberIsShownFromDataOlderThanFiveMinutes(t *testing.T) {
	withDisplay(t, nil, func(f *fixture) error {
		f.publish(30*time.Minute+30*time.Second, 40*time.Minute+30*time.Second)
		f.pass(5*time.Minute + tick/2)
		f.mustCount("25", "35")
		f.pass(tick)
		f.mustSee("Old data")
		return nil
	})
}

func TestATickWithoutAChangeAllocatesNothing(t *testing.T) {
	pages := []display.PageEntry{
		entry("minutes", &display.Minutes{Sources: display.Sources{From: from}}), entry("departures", &display.Departures{Sources: display.Sources{From: from}, Rows: 2}), entry("clock", &display.Clock{}),
	}
	withDisplay(t, func(c *display.Config) { c.Pages = pages }, func(f *fixture) error {
		for range pages {
			f.publish(7*time.Minute + 59*time.Second)
			f.do("next")
			f.pass(100 * time.Millisecond)
			if n := testing.AllocsPerRun(10, func() { f.pass(tick) }); n != 0 {
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

// text is how a time until a departure is written, which is less than an hour.
func text(left time.Duration) string { return strconv.Itoa(int(left / time.Minute)) }

func scheduled(at []time.Time) (list []topics.Departure) {
	for _, at := range at {
		list = append(list, topics.Departure{Scheduled: at, Estimated: at, Destination: "Dandenong"})
	}
	return list
}

// set sets the clock.
func (f *fixture) set(to time.Time) {
	f.System.Step += to.Sub(f.now())
	f.begin = f.System.Step
}

func (f *fixture) now() time.Time { return f.Clock.Now() }

// lastTick returns when the panel ticked last: its first tick was at the start.
func (f *fixture) lastTick() time.Time {
	return f.now().Add(-(f.t.Now().Sub(plugins.Instant(time.Hour)) % f.every))
}

// announce publishes departures that leave at some times.
func (f *fixture) announce(at ...time.Time) {
	f.trains(topics.Departures{List: scheduled(at), Received: f.t.Now(), Period: 30 * time.Second})
}

func (f *fixture) mustCount(first, second string) {
	f.T.Helper()
	if got, want := f.numbers(), [2]string{first, second}; got != want {
		f.T.Errorf("at %v the panel says %q, not %q", f.now(), got, want)
	}
}

// numbers reads the two places of the page with the minutes.
func (f *fixture) numbers() (read [2]string) {
	seen := f.panel.Picture(sim.Arrangement{})
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
