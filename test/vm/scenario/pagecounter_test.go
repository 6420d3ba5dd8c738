//go:build vm

package scenario

import (
	"strconv"
	"testing"
	"time"
)

// pageCounter is a panel whose pages show their numbers, as that many letters I. The
// number of lit LEDs tells which page is shown.
type pageCounter struct {
	*wall
	page int // the page that should be shown
}

const (
	uptvPages     = "pages: [{minutes: trains}, {departures: trains}, clock]"
	numberedPages = "pages: [{message: I}, {message: II}, {message: III}, {message: IIII}, {message: IIIII}, {message: IIIIII}, {message: IIIIIII}]"

	pageCount = 7
	pixelsOfI = 11 // lit LEDs of the letter
)

// newPageCounter starts the daemon with these options of the bell.
func newPageCounter(t *testing.T, bell string) *pageCounter {
	b := &pageCounter{newWall(t), 1}
	b.configure(b.config(bell))
	b.start()
	b.allOK()
	b.waitForPage(1)
	return b
}

func (b *pageCounter) config(bell string) string {
	return b.uptv(uptvPages, numberedPages, "on_press: panel.next", bell)
}

// reconfigure reloads the daemon with other options of the bell.
func (b *pageCounter) reconfigure(bell string) {
	b.Helper()
	b.configure(b.config(bell))
	if err := b.reload(); err != nil {
		b.Fatal(err)
	}
}

// shownPage returns the number of the page that the panel shows, 0 for none.
func (b *pageCounter) shownPage() int {
	lit := 0
	for _, pixel := range b.picture().Pix {
		if pixel > 0 {
			lit++
		}
	}
	if !b.panel.On() || lit%pixelsOfI > 0 {
		return 0
	}
	return lit / pixelsOfI
}

// waitForPage waits until the panel shows a page.
func (b *pageCounter) waitForPage(page int) {
	b.Helper()
	b.page = page
	b.until("page "+strconv.Itoa(page), func() bool { return b.shownPage() == page })
}

// turnsBy waits until the page has turned by a number of pages.
func (b *pageCounter) turnsBy(by int) {
	b.Helper()
	b.waitForPage((b.page-1+by+pageCount)%pageCount + 1)
}

// settledPage returns the page that is shown once there was no event for half a second,
// five times as long as the panel takes to show a page.
func (b *pageCounter) settledPage() int {
	b.Helper()
	for quiet := time.Now(); time.Since(quiet) < 500*ms; {
		if e, _ := b.next(500 * ms); e != nil {
			quiet = time.Now()
		}
	}
	return b.shownPage()
}

// checkPage checks that no more pages were turned than those that were waited for.
func (b *pageCounter) checkPage() {
	b.Helper()
	if page := b.settledPage(); page != b.page {
		b.Fatalf("page %d is shown, want %d", page, b.page)
	}
}
