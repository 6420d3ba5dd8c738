package display

import "ptvd/plugins"

// light is how bright the panel is, and when it is dark.
type light struct {
	Config
	off   bool            // an action made it dark
	awake plugins.Instant // until then it is lit, since somebody used it
	dark  bool
}

// at returns whether the panel is dark, and else how bright. While the time is not
// known it is neither dark nor dim for the time's sake.
func (l *light) at(m *moment) (dark bool, brightness plugins.Percent) {
	dark, brightness = l.off, l.Brightness
	if m.known && len(l.Blank)+len(l.Dim) > 0 {
		m.changesWithTheMinute()
		for _, window := range l.Blank {
			dark = dark || window.Contains(m.now)
		}
		for _, d := range l.Dim {
			if d.During.Contains(m.now) {
				brightness = d.Brightness
			}
		}
	}
	m.changesOn(l.awake)
	l.dark = dark && m.mono >= l.awake
	return l.dark, brightness
}

// use lights the panel for somebody who uses it, and returns whether it was dark.
func (l *light) use(now plugins.Instant) (wasDark bool) {
	wasDark = l.dark
	l.off, l.dark, l.awake = false, false, now.Add(l.Wake)
	return wasDark
}

// rest makes the panel dark until somebody uses it.
func (l *light) rest() { l.off, l.dark, l.awake = true, true, 0 }
