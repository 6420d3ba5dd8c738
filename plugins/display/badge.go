package display

import (
	"strconv"
	"strings"
	"time"

	"ptvd/plugins/panel"
	"ptvd/plugins/topics"
)

// badge writes the time until a departure in a few characters: 7 (minutes), 2h, 3d,
// now, ✗ (it is cancelled) or 🚌7 (a bus replaces it).
func badge(d topics.Departure, m *panel.Moment) string {
	wait, until := d.Wait(m.Moment)
	m.TrueUntil(until)
	wait = max(0, wait)
	switch {
	case d.Cancelled:
		return "✗"
	case d.ReplacedByBus && wait >= 10*time.Hour:
		return "🚌" // the number would not fit beside it
	case d.ReplacedByBus:
		return "🚌" + countdown(wait)
	case d.AtPlatform && wait < time.Minute:
		return "now"
	}
	return countdown(wait)
}

// countdown rounds down, as timetables do: the train in 7 leaves when 7 whole minutes
// have passed, or within the minute after.
func countdown(wait time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case wait < 100*time.Minute:
		return strconv.Itoa(int(wait / time.Minute))
	case wait < day:
		return strconv.Itoa(int(wait/time.Hour)) + "h"
	}
	return strconv.Itoa(int(wait/day)) + "d"
}

// spoken returns a badge in words.
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
