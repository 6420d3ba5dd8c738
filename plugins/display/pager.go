package display

import (
	"image"
	"slices"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/panel"
	"ptvd/plugins/topics"
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
func (p *pager) version() uint64 { return p.pages[p.current].version() }

func (p *page) version() uint64 {
	if p.Version == nil {
		return 0
	}
	return p.Version()
}

// versions returns another number whenever one of the pages has other data.
func (p *pager) versions() (sum uint64) {
	for i := range p.pages {
		sum += p.pages[i].version()
	}
	return sum
}

// problem says why a page cannot show what it is configured to; empty: all can.
func (p *pager) problem() string {
	for _, page := range p.pages {
		if page.Problem == nil {
			continue
		}
		if problem := page.Problem(); problem != "" {
			return "page " + page.name + ": " + problem
		}
	}
	return ""
}

// maxPushed is how many pages may be pushed.
const maxPushed = 8

// pushedText is what a page shows that was pushed.
type pushedText struct {
	topics.Message
	expires plugins.Instant
	mark    bool // it stays when it has expired, marked as old
}

func (p *pushedText) draw(on *image.Gray, m *panel.Moment) {
	panel.Text(on, p.Text, m)
	if m.Mono >= p.expires {
		panel.MarkOld(on, m)
	}
	m.TrueUntil(m.UntilMono(p.expires))
}

// push adds a page behind the others, or changes the pushed one of that name.
func (p *pager) push(text pushedText) error {
	at := slices.IndexFunc(p.pages, func(page page) bool { return page.pushed != nil && page.name == text.Name })
	switch {
	case at < 0 && len(p.pushed()) >= maxPushed:
		return plugins.ErrFull
	case at < 0:
		at = len(p.pages)
		p.pages = append(p.pages, page{})
	}
	p.pages[at] = page{panel.Page{Draw: text.draw}, "pushed", text.Name, &text}
	return nil
}

// remove removes pushed pages. In the place of the current page there is the one after it.
func (p *pager) remove(now plugins.Instant, which func(*pushedText) bool) {
	for at, page := range slices.Backward(p.pages) {
		if page.pushed == nil || !which(page.pushed) {
			continue
		}
		p.pages = slices.Delete(p.pages, at, at+1)
		switch {
		case at < p.current:
			p.current--
		case at == p.current:
			p.turnBy(0, now)
		}
	}
}

// expire removes what has expired, and returns when there is more of it.
func (p *pager) expire(now plugins.Instant) (next plugins.Instant) {
	next = plugins.Never
	p.remove(now, func(text *pushedText) bool {
		if !text.mark && now < text.expires {
			next = min(next, text.expires)
		}
		return !text.mark && now >= text.expires
	})
	return next
}

// pushed tells which pages were pushed.
func (p *pager) pushed() (all []topics.Message) {
	for _, page := range p.pages {
		if page.pushed != nil {
			all = append(all, page.pushed.Message)
		}
	}
	return all
}
