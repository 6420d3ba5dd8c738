package display

import (
	"image"
	"slices"

	"ptvd/plugins"
	"ptvd/plugins/panel"
	"ptvd/plugins/topics"
)

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
