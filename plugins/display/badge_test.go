package display

import (
	"fmt"
	"image"
	"testing"
	"time"

	"ptvd/plugins/topics"
)

// TestLiveAndTimetableDifferInEveryBadge compares what both pages show for a departure
// in real time with what they show for the same time by the timetable. A cancelled
// departure has one look: it is known not to run.
func TestLiveAndTimetableDifferInEveryBadge(t *testing.T) {
	var waits []time.Duration
	for minutes := 0; minutes < 24*60; minutes++ {
		waits = append(waits, time.Duration(minutes)*minute)
		if minutes >= 60 {
			minutes += 6 // every digit at each place of a time of day
		}
	}
	waits = append(waits, 24*time.Hour, 9*24*time.Hour)
	for _, width := range []int{32, 64} {
		for name, draw := range departuresPages {
			for _, change := range []func(*topics.Departure){func(*topics.Departure) {}, atPlatform, byBus} {
				for _, wait := range waits {
					live := with(train(wait), change)
					presumed := with(live, func(d *topics.Departure) { d.Presumed = true })
					timetable := with(live, func(d *topics.Departure) { d.Scheduled, d.Estimated = d.Estimated, time.Time{} })
					for age := 5 * time.Second; age < 2*minute; age += minute + 5*time.Second { // fresh, and old
						views := [3]view{at(age, live), at(age, presumed), at(age, timetable)}
						var pictures [3]*image.Gray
						for i := range views {
							pictures[i] = panelOf(width, func(on *image.Gray) { draw(on, &views[i]) })
						}
						same := func(i, j int) error {
							if n := differingPixels(pictures[i], pictures[j]); n < 2 || views[i].Words == views[j].Words {
								return fmt.Errorf("%s: %d pixels differ, and it says %q and %q", name, n, views[i].Words, views[j].Words)
							}
							return nil
						}
						if same(0, 1) != nil || same(0, 2) != nil || differingPixels(pictures[1], pictures[2]) > 0 {
							t.Fatalf("in %v: %v, %v", wait, same(0, 1), same(0, 2))
						}
					}
				}
			}
		}
	}
}

func differingPixels(a, b *image.Gray) (n int) {
	for i := range a.Pix {
		if a.Pix[i] != b.Pix[i] {
			n++
		}
	}
	return n
}

func TestAPageCanCountDownToTheTimeToLeave(t *testing.T) {
	v := at(0, train(17*minute), train(67*minute))
	v.departures.Walk = 6 * minute
	for want, to := range map[string]target{
		"17 min":                                 departure,
		"leave in 11 min":                        leave,
		"Dandenong, platform 2: 17 min":          departure,
		"Dandenong, platform 2: leave in 11 min": leave,
	} {
		draw := showing((&Minutes{Show: to}).draw)
		if want[0] == 'D' {
			draw = showing(newDepartures(&Departures{Rows: 2, Platform: true, Show: to}).draw)
		}
		if panelOf(32, func(on *image.Gray) { draw(on, &v) }); string(v.Words) != want {
			t.Errorf("it says %q, want %q", v.Words, want)
		}
	}
}

func TestWordsOfADestinationAreShortened(t *testing.T) {
	shorten := shortener(map[string]string{"Upper": "Up", "Road": "Road", "via": ""})
	for text, want := range map[string]string{
		"Flinders Street":                        "Flinders St",
		"Flinders Street Station":                "Flinders St",
		"Station Street":                         "Station St",
		"Upper Ferntree Gully":                   "Up Ferntree Gully",
		"Box Hill Station via Springvale Road":   "Box Hill Springvale Road",
		"Chadstone Shopping Centre":              "Chadstone SC",
		"Streeton University, Stationery Avenue": "Streeton Uni, Stationery Ave",
		"":                                       "",
	} {
		if got := shorten(text); got != want {
			t.Errorf("%q is shortened to %q, want %q", text, got, want)
		}
	}
	p := newDepartures(&Departures{Rows: 1})
	v := at(0, with(train(7*minute), func(d *topics.Departure) { d.Headsign = "Flinders Street" }))
	panelOf(32, func(on *image.Gray) { p.draw(on, topics.Group{v.departures}, &v.Moment) })
	if got := p.round.row.text; got != "Flinders St" {
		t.Errorf("without the platform it shows %q", got)
	}
	if v.Words != "Flinders Street, platform 2: 7 min" {
		t.Errorf("in words it says %q", v.Words)
	}
}

// The demo shows two trains to Flinders Street with the options of configs/demo.yaml.
func TestBothRowsOfTheDemoPassWithinFifteenSeconds(t *testing.T) {
	city := func(d *topics.Departure) { d.Headsign, d.Platform = "Flinders Street", "1" }
	p := newDepartures(&Departures{Rows: 2, Platform: true})
	v := at(0, with(train(7*minute), city), with(train(18*minute), city))
	v.Step = 50 * time.Millisecond
	panelOf(32, func(on *image.Gray) { p.draw(on, topics.Group{v.departures}, &v.Moment) })
	if lasts := v.Ends.Sub(v.Mono); lasts > 15*time.Second {
		t.Errorf("they take %v", lasts)
	}
}
