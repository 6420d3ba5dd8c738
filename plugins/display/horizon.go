package display

import (
	"time"

	"ptvd/plugins"
)

// horizon is how far a picture reaches. Whatever in it depends on the time says
// when it will be another; until the first of these, and unless the clock steps
// back behind the moment of the picture, nothing has to be drawn again.
type horizon struct {
	civil time.Time       // the first of them by the clock; zero: there is none
	loop  plugins.Instant // the first of them by the loop's time; 0: there is none
}

// changesAt notes when something will be another by the clock. What has passed
// already does not come again.
func (m *moment) changesAt(at time.Time) {
	if at.After(m.now) && (m.civil.IsZero() || at.Before(m.civil)) {
		m.civil = at
	}
}

// changesOn notes when something will be another by the loop's time.
func (m *moment) changesOn(at plugins.Instant) {
	if at > m.mono && (m.loop == 0 || at < m.loop) {
		m.loop = at
	}
}

// changesIn is changesOn for a time from now.
func (m *moment) changesIn(d time.Duration) { m.changesOn(m.mono.Add(d)) }

// changesWithTheMinute is for what depends on the time of day.
func (m *moment) changesWithTheMinute() {
	m.changesAt(m.now.Truncate(time.Minute).Add(time.Minute))
}

// holds tells whether what was drawn at a moment is still true at another.
func (m *moment) holds(now time.Time, known bool, mono plugins.Instant) bool {
	return known == m.known &&
		!now.Before(m.now) && (m.civil.IsZero() || now.Before(m.civil)) &&
		(m.loop == 0 || mono < m.loop)
}
