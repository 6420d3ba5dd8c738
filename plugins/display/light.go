package display

import (
	"time"

	"ptvd/plugins"
)

// light is how bright the panel is, and when it is dark.
type light struct {
	brightness plugins.Percent
	dim        []Dim
	blank      []plugins.Window
	wake       time.Duration

	off   bool            // an action made it dark
	awake plugins.Instant // until then it is lit, since somebody used it
	dark  bool
}

func newLight(c Config) light {
	return light{brightness: c.Brightness, dim: c.Dim, blank: c.Blank, wake: c.Wake}
}

// at returns whether the panel is dark, and else how bright. While the time is not
// known no window is open.
func (l *light) at(now plugins.Instant, civil time.Time, known bool) (dark bool, brightness plugins.Percent) {
	brightness = l.brightness
	dark = l.off
	if known {
		for _, window := range l.blank {
			dark = dark || window.Contains(civil)
		}
		for _, d := range l.dim {
			if d.During.Contains(civil) {
				brightness = d.Brightness
			}
		}
	}
	l.dark = dark && now >= l.awake
	return l.dark, brightness
}

// use lights the panel for somebody who uses it, and returns whether it was dark.
func (l *light) use(now plugins.Instant) (wasDark bool) {
	wasDark = l.dark
	l.off, l.dark, l.awake = false, false, now.Add(l.wake)
	return wasDark
}

// rest makes the panel dark until somebody uses it.
func (l *light) rest() { l.off, l.dark, l.awake = true, true, 0 }
