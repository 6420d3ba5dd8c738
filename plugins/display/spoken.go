package display

import (
	"strings"

	"ptvd/plugins/topics"
)

// says notes what the picture says, for who cannot see it.
func (m *moment) says(parts ...string) {
	m.text = topics.Text(strings.Join(parts, ", "))
	if m.old() {
		m.text += " (old data)"
	}
}

// spoken reads a badge as people say it.
func spoken(badge string) string {
	bus := ""
	if rest, ok := strings.CutPrefix(badge, "🚌"); ok {
		badge, bus = rest, "by bus "
	}
	switch {
	case badge == "":
		return "by bus"
	case badge == "✗":
		return "cancelled"
	case strings.Trim(badge, "0123456789") == "":
		return bus + badge + " min"
	}
	return bus + badge
}
