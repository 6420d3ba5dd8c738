package display

import (
	"image"
	"time"

	"ptvd/plugins"
)

// book is the pages, one of which is up.
type book struct {
	pages []page
	turn  time.Duration // 0: they do not turn by themselves
	up    int
	since plugins.Instant
	test  bool // the test pattern lies over it
}

// leaf turns by a number of pages.
func (b *book) leaf(by int, now plugins.Instant) {
	b.up = (b.up + by + len(b.pages)) % len(b.pages)
	b.since, b.test = now, false
}

// find turns to the next page of a name; where there are several, each call
// brings another one.
func (b *book) find(name string, now plugins.Instant) {
	for by := 1; by <= len(b.pages); by++ {
		if b.pages[(b.up+by)%len(b.pages)].name == name {
			b.leaf(by, now)
			return
		}
	}
}

// draw turns the page if its time is over, and draws the one that is up.
func (b *book) draw(on *image.Gray, m *moment) {
	if b.test {
		drawPattern(on)
		m.says("test pattern")
		return
	}
	if b.turn > 0 && len(b.pages) > 1 {
		if m.mono.Sub(b.since) >= b.turn {
			b.leaf(1, m.mono)
		}
		m.changesOn(b.since.Add(b.turn))
	}
	m.shown = m.mono.Sub(b.since)
	b.pages[b.up].draw(on, m)
}

// version changes with what the page that is up shows.
func (b *book) version() uint64 { return b.pages[b.up].version() }
