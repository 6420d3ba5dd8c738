package display

import (
	"image"
	"strconv"
	"time"

	"ptvd/plugins/panel"
	"ptvd/plugins/panel/font"
	"ptvd/plugins/topics"
)

// badge is the time until a departure in a few characters: 7 (minutes), 09:42, 3d, now,
// ✗ (it is cancelled) or 🚌7 (a bus replaces it). Where the time is by the timetable, and
// not live, a line is below it.
type badge struct {
	text      string
	words     string // the same in words
	timetable bool
	timeOfDay bool
	counts    bool // text is a number of minutes
}

// target is what a page counts down to.
type target string

const (
	departure target = "departure"
	leave     target = "leave"
)

// earlier returns how much earlier it is than the departure.
func (to target) earlier(one topics.Offer) time.Duration {
	if to == leave {
		return one.When().Sub(one.At.LeaveBy(one.Departure))
	}
	return 0
}

// badge returns the badge of one of the departures.
func (to target) badge(one topics.Offer, m *panel.Moment) badge {
	before, at := "", "at "
	if to == leave {
		leaveBy := one.At.LeaveBy(one.Departure)
		one.Scheduled, one.AtPlatform, before, at = leaveBy, false, "leave in ", "leave at "
		if !one.Estimated.IsZero() {
			one.Estimated = leaveBy
		}
	}
	wait, until := one.Wait(m.Moment)
	m.TrueUntil(until)
	wait = max(0, wait)
	var b badge
	switch {
	case one.Cancelled:
		return badge{text: "✗", words: "cancelled"}
	case one.AtPlatform && wait < time.Minute && !one.ReplacedByBus:
		b = badge{text: "now", words: "now"}
	case wait < topics.CountdownLimit:
		// Rounded down, as timetables do: the train in 7 leaves when 7 whole minutes
		// have passed, or within the minute after.
		b.text, b.counts = strconv.Itoa(int(wait/time.Minute)), true
		b.words = before + b.text + " min"
	case wait < day:
		b.text, b.timeOfDay = one.When().In(one.At.Location(m.Moment)).Format("15:04"), true
		b.words = at + b.text
	default:
		b.text = strconv.Itoa(int(wait/day)) + "d"
		b.words = before + b.text
	}
	if one.ReplacedByBus {
		b.text, b.words = "🚌"+b.text, "by bus "+b.words
	}
	if b.timetable = !one.Live(); b.timetable {
		b.words += " by the timetable"
	}
	return b
}

const day = 24 * time.Hour

// draw draws the badge to the left of a column.
func (b badge) draw(on *image.Gray, right, top int, face *font.Face) {
	left := right - face.Width(b.text)
	face.Draw(on, left, top, b.text)
	if b.timetable {
		font.Fill(on, image.Rect(left, top+face.Height*7/8, right, top+face.Height), 0xff)
	}
}
