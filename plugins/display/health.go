package display

import (
	"cmp"
	"errors"
	"fmt"

	"ptvd/plugins"
)

// health is that of the instance. A device that fails counts before a font that cannot be
// read, and that before pages that cannot show what they are configured to.
type health struct {
	plugins.Health
	device, font, pages string // what is wrong; empty: nothing
}

// OK says that the device works.
func (h *health) OK() { h.device = ""; h.report() }

// Degraded says what is wrong with the device.
func (h *health) Degraded(format string, args ...any) {
	h.device = fmt.Sprintf(format, args...)
	h.report()
}

// setPages says what is wrong with the pages.
func (h *health) setPages(problem string) {
	if problem != h.pages {
		h.pages = problem
		h.report()
	}
}

func (h *health) report() {
	if problem := cmp.Or(h.device, h.font, h.pages); problem != "" {
		h.Health.Degraded("%s", problem)
	} else {
		h.Health.OK()
	}
}

// CheckOnline checks the pages by what their sources have published.
func (d *display) CheckOnline(*plugins.Task) (string, error) {
	pages := pager{pages: newPages(d.env, d.cfg.Pages)}
	if problem := pages.problem(); problem != "" {
		return "", errors.New(problem)
	}
	return "", nil
}
