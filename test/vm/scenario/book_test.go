//go:build vm

package scenario

import (
	"strconv"
	"testing"
	"time"
)

// book is a panel whose pages tell how often they were turned: each says I as often as
// its number, which the number of lit LEDs shows.
type book struct {
	*wall
	page int // where it should be open
}

const (
	pagesOfTrains = "pages: [{minutes: trains}, {departures: trains}, clock]"
	pagesOfBook   = "pages: [{message: I}, {message: II}, {message: III}, {message: IIII}, {message: IIIII}, {message: IIIIII}, {message: IIIIIII}]"

	pagesInBook = 7
	litByI      = 11 // LEDs of the letter
)

// openBook starts the daemon with these lines in place of what the bell does.
func openBook(t *testing.T, bell string) *book {
	b := &book{newWall(t), 1}
	b.configure(b.bound(bell))
	b.start()
	b.allWell()
	b.isOn(1)
	return b
}

func (b *book) bound(bell string) string {
	return b.uptv(pagesOfTrains, pagesOfBook, "on_press: panel.next", bell)
}

// rebind has the daemon that runs read other lines.
func (b *book) rebind(bell string) {
	b.Helper()
	b.configure(b.bound(bell))
	if err := b.reload(); err != nil {
		b.Fatal(err)
	}
}

// seen is the page that is seen; 0: none of them.
func (b *book) seen() int {
	lit := 0
	for _, pixel := range b.picture().Pix {
		if pixel > 0 {
			lit++
		}
	}
	if !b.panel.On() || lit%litByI > 0 {
		return 0
	}
	return lit / litByI
}

// isOn waits for a page.
func (b *book) isOn(page int) {
	b.Helper()
	b.page = page
	b.until("page "+strconv.Itoa(page), func() bool { return b.seen() == page })
}

// turns waits until the page has turned by so many.
func (b *book) turns(by int) {
	b.Helper()
	b.isOn((b.page-1+by+pagesInBook)%pagesInBook + 1)
}

// rests returns the page that is seen once nothing has happened for half a second, five
// times as long as the panel takes to show what has.
func (b *book) rests() int {
	b.Helper()
	for quiet := time.Now(); time.Since(quiet) < 500*ms; {
		if e, _ := b.next(500 * ms); e != nil {
			quiet = time.Now()
		}
	}
	return b.seen()
}

// stays says that no page has turned but those that were waited for.
func (b *book) stays() {
	b.Helper()
	if page := b.rests(); page != b.page {
		b.Fatalf("page %d is up after page %d, and nobody turned it", page, b.page)
	}
}
