//go:build vm

package scenario

import (
	"strings"
	"testing"
	"time"
)

// At 12:03 the stand-in's next trains beyond a walk of 6 minutes leave at 12:10 for
// Dandenong and at 12:11 for the city, and nothing of it changes within the minute.
var threePastNoon = time.Date(2026, time.November, 19, 1, 3, 30, 0, time.UTC)

const (
	minutesPicture = `
..........####............######
.........##...................##
.........##..................##.
.........#####...............##.
.........##..##.............##..
.........##..##.............##..
..........####..............##..
................................
`
	departuresPicture = `
###...............#..........##.
#..#..............#.........#..#
#..#..##..###...###..##..#..#...
#..#....#.#..#.#..#.#..#.#..###.
#..#..###.#..#.#..#.####.#..#..#
#..#.#..#.#..#.#..#.#....#..#..#
###...###.#..#..###..###.#...##.
................................
`
	clockPicture = `
...##....####......####...####..
..###...##..##.##.##..##.##..##.
...##.......##.##.##..##.....##.
...##......##.....##..##...###..
...##.....##...##.##..##.....##.
...##....##....##.##..##.##..##.
..####..######.....####...####..
................................
`
	aMinuteLater = `
...##....####......####.....##..
..###...##..##.##.##..##...###..
...##.......##.##.##..##..####..
...##......##.....##..##.##.##..
...##.....##...##.##..##.######.
...##....##....##.##..##....##..
..####..######.....####.....##..
................................
`
)

func TestThePanelShowsWhatItShould(t *testing.T) {
	w := newWall(t)
	began := time.Now()
	w.standIn(func() time.Time { return threePastNoon.Add(time.Since(began)) })
	w.configure(w.uptv("on_press: panel.next", "on_press: panel.next"+patiently))
	w.start()

	w.checkSetUp(w.frame(10 * time.Second))
	w.shows("the minutes", minutesPicture)
	w.press()
	w.showsNext("the departures", departuresPicture)
	w.press()
	w.shows("the clock", clockPicture)
	shown := time.Now()
	w.showsNext("the next minute", aMinuteLater)
	t.Logf("nothing was sent for %v, until the minute was over", time.Since(shown).Round(ms))
}

// A panel that cannot be sent anything is tried again, later and later; the knob beside
// it does not know of it.
func TestAPanelThatFailsIsOpenedAgainWhileTheLampGoesOn(t *testing.T) {
	b := openBook(t, "on_press: panel.next"+patiently+"\n\n  "+lampAt)
	b.oneProcessor()
	if err := b.Wires.Fail(5); err != nil {
		t.Fatal(err)
	}
	b.press()
	b.until("a second failure", func() bool { return b.failed == 2 })
	b.play(detents(+3))
	b.lampIs(0.15)
	b.until("a fifth failure", func() bool { return b.failed == 5 })
	b.eventually("health speaks of it", 3*time.Second, func() bool {
		return strings.Contains(b.show("StatusText"), "panel: max7219 on SPI0.0 failed: ")
	})
	b.panel.PowerCycle() // who knows what it made of all that
	b.checkSetUp(b.frame(20 * time.Second))
	if b.failed != 5 || b.seen() != 2 {
		t.Errorf("after %d failures page %d is seen; want 5, and 2", b.failed, b.seen())
	}
	b.allWell()
}

func TestATransferThatHangsStopsNeitherTheButtonNorTheLamp(t *testing.T) {
	b := openBook(t, "on_press: panel.next"+patiently+"\n\n  "+lampAt)
	b.oneProcessor()
	if err := b.Wires.Hang(7 * time.Second); err != nil {
		t.Fatal(err)
	}
	b.press() // this page hangs …
	b.press() // … and this one waits
	b.play(detents(+3))
	b.lampIs(0.15)
	lit := b.lamp.When()
	b.eventually("health speaks of it", 10*time.Second, func() bool {
		return strings.Contains(b.show("StatusText"), "panel: max7219 on SPI0.0: a transfer has not ended")
	})
	hung := b.frame(20 * time.Second)
	if b.seen() != 2 {
		t.Errorf("after it page %d is seen", b.seen())
	}
	if lit > hung.When() {
		t.Errorf("the lamp came to its goal at %v, after the transfer had ended at %v", lit, hung.When())
	}
	b.isOn(3)
	b.stays()
}
