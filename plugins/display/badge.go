package display

import (
	"strconv"
	"time"

	"ptvd/plugins/topics"
)

// badge is what a page says of the time until a departure, in a few characters: 7
// (minutes), 2h, 3d, now, ✗ (it is cancelled) or 🚌7 (a bus replaces it).
func (m *moment) badge(d topics.Departure) string {
	wait := max(0, m.wait(d))
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

// countdown rounds down, as timetables do: the train in 7 leaves when 7 whole
// minutes have passed, or within the minute after.
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
