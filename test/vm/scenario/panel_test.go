//go:build vm

package scenario

import (
	"strings"
	"testing"
	"time"
)

// At 12:03 the fake's next trains after a walk of 6 minutes depart at 12:10 to Dandenong
// and at 12:11 to the city, and this does not change within the minute.
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

func TestPanelShowsEachPage(t *testing.T) {
	w := newWall(t)
	began := time.Now()
	w.serveFakes(func() time.Time { return threePastNoon.Add(time.Since(began)) })
	w.configure(w.uptv())
	w.start()

	w.checkSetUp(10 * time.Second)
	w.waitForText("the minutes", minutesPicture)
	w.press()
	w.checkNextFrame("the departures", departuresPicture)
	w.press()
	w.waitForText("the clock", clockPicture)
	shown := time.Now()
	w.checkNextFrame("the next minute", aMinuteLater)
	t.Logf("nothing was sent for %v, until the next minute", time.Since(shown).Round(ms))
}

// A panel whose transfers fail is tried again at growing intervals. The knob is not
// affected.
func TestFailingPanelIsReopenedWhileTheLampWorks(t *testing.T) {
	b := newPageCounter(t, "on_press: panel.next\n\n  "+lampAt)
	if err := b.Wires.Fail(5); err != nil {
		t.Fatal(err)
	}
	b.press()
	b.until("a second failure", func() bool { return b.failed == 2 })
	b.play(detents(+3))
	b.lampIs(0.15)
	b.until("a fifth failure", func() bool { return b.failed == 5 })
	b.eventually("the health shows it", 3*time.Second, func() bool {
		return strings.Contains(b.show("StatusText"), "panel: max7219 on SPI0.0 failed: ")
	})
	b.panel.PowerCycle() // its state is unknown after the failures
	b.checkSetUp(20 * time.Second)
	if b.failed != 5 || b.shownPage() != 2 {
		t.Errorf("after %d failures page %d is shown, want 5 and 2", b.failed, b.shownPage())
	}
	b.allOK()
}

func TestHangingTransferDoesNotStopButtonOrLamp(t *testing.T) {
	b := newPageCounter(t, "on_press: panel.next\n\n  "+lampAt)
	if err := b.Wires.Hang(7 * time.Second); err != nil {
		t.Fatal(err)
	}
	b.press() // the transfer of this page hangs
	b.press() // and this page waits for it
	b.play(detents(+3))
	b.lampIs(0.15)
	lit := b.lamp.When()
	b.eventually("the health shows it", 10*time.Second, func() bool {
		return strings.Contains(b.show("StatusText"), "panel: max7219 on SPI0.0: a transfer has not ended")
	})
	hung := b.message(20 * time.Second)
	b.waitForPage(2)
	if lit > hung.When() {
		t.Errorf("the lamp reached its goal at %v, after the transfer had ended at %v", lit, hung.When())
	}
	b.waitForPage(3)
	b.checkPage()
}
