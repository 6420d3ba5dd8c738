package display

import (
	"image"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/panel"
)

// pager holds the pages, one of which is current.
type pager struct {
	pages   []page
	turn    time.Duration // the least time after which the next page is current; 0: only by an action
	current int
	since   plugins.Instant // the current page is
	ends    plugins.Instant // when all of it was shown
	test    bool            // the test pattern is shown instead
	covered plugins.Instant // since then a message is up in the place of the page; 0: none is
}

type page struct {
	panel.Page
	kind, name string
	pushed     *pushedText // nil: the page is of the configuration
}

func newPages(env plugins.Env, entries []PageEntry) (all []page) {
	for _, e := range entries {
		all = append(all, page{e.Value.NewPage(env), e.Choice.Name, e.name(), nil})
	}
	return all
}

// turnBy turns by a number of pages.
func (p *pager) turnBy(n int, now plugins.Instant) {
	p.current = (p.current + n + len(p.pages)) % len(p.pages)
	p.since, p.ends, p.test = now, 0, false
}

// turnTo turns to the next of the pages that are wanted, if there is one.
func (p *pager) turnTo(wanted func(page) bool, now plugins.Instant) {
	for n := 1; n <= len(p.pages); n++ {
		if wanted(p.pages[(p.current+n)%len(p.pages)]) {
			p.turnBy(n, now)
			return
		}
	}
}

// cover notes whether a message is up. The time of the page that it covers does not go on.
func (p *pager) cover(is bool, now plugins.Instant) {
	switch {
	case is && p.covered == 0:
		p.covered = now
	case !is && p.covered != 0:
		hidden := now.Sub(max(p.since, p.covered))
		p.since, p.ends, p.covered = p.since.Add(hidden), p.ends.Add(hidden), 0
	}
}

// draw draws the current page, and before that turns to it when it is time.
func (p *pager) draw(on *image.Gray, m *panel.Moment) {
	if p.test {
		copy(on.Pix, panel.Pattern(on.Rect.Max).Pix)
		m.Say("test pattern")
		return
	}
	turns := p.turn > 0 && len(p.pages) > 1
	if turns && m.Mono >= p.turnsAt() {
		p.turnBy(1, m.Mono)
	}
	m.Shown = max(0, m.Mono.Sub(p.since))
	p.pages[p.current].Draw(on, m)
	if m.Ends > 0 {
		p.ends = m.Ends
	}
	if turns {
		m.TrueUntil(m.UntilMono(p.turnsAt()))
	}
}

// turnsAt returns when the next page is current: all of this one was shown then.
func (p *pager) turnsAt() plugins.Instant { return max(p.since.Add(p.turn), p.ends) }

// version returns another number whenever the current page has other data.
func (p *pager) version() uint64 {
	if version := p.pages[p.current].Version; version != nil {
		return version()
	}
	return 0
}
