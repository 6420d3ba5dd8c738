package display

import (
	"ptvd/plugins"
	"ptvd/plugins/panel"
)

// brightness is how bright the panel is, and when it is blank.
type brightness struct {
	Config
	blanked bool             // by an action
	fixed   *plugins.Percent // by an action; nil: it is not
	awake   plugins.Instant  // until then it is not blank, since an action woke it
	isBlank bool             // as of the last picture

	follower follower
}

// at returns whether the panel is blank, and if not how bright it is. While the clock is
// not synchronized the time of day does not count.
func (b *brightness) at(m *panel.Moment) (blank bool, level plugins.Percent) {
	blank, level = b.blanked, b.Brightness
	if m.Synchronized && len(b.Blank)+len(b.Dim) > 0 {
		m.TrueThisMinute()
		for _, window := range b.Blank {
			blank = blank || window.Contains(m.Now)
		}
		for _, d := range b.Dim {
			if d.During.Contains(m.Now) {
				level = d.Brightness
			}
		}
	}
	if followed, ok := b.follower.at(level); ok {
		level = followed
		m.TrueUntil(m.UntilMono(b.follower.source.Expires()))
	}
	if b.fixed != nil {
		level = *b.fixed
	}
	m.TrueUntil(m.UntilMono(b.awake))
	b.isBlank = blank && m.Mono >= b.awake
	return b.isBlank, level
}

// wake wakes the panel for a while, and returns whether it was blank.
func (b *brightness) wake(now plugins.Instant) (wasBlank bool) {
	wasBlank = b.isBlank
	b.blanked, b.isBlank, b.awake = false, false, now.Add(b.Wake)
	return wasBlank
}

// blank blanks the panel until it is woken.
func (b *brightness) blank() { b.blanked, b.isBlank, b.awake = true, true, 0 }
