package fade

import (
	"time"

	"ptvd/plugins"
)

// A knob that is turned by less than calm detents a second moves a step a detent;
// from there the steps grow in proportion, up to the acceleration at spun detents
// a second, as fast as fingers spin it.
const (
	calm = 6.0
	spun = 30.0
)

// pause ends a turn: the next detent is a slow one again.
const pause = 200 * time.Millisecond

// acceleration makes more of a detent the faster the knob is turned, so that one
// flick crosses the range and single detents stay fine.
type acceleration struct {
	most float64 // the steps of a detent at full speed; 1: none

	latest    plugins.Instant
	clockwise bool
	speed     float64 // in detents a second, smoothed over some of them
}

// steps returns how many steps a detent at an instant is worth: 1 to most. It
// falls back to 1 after a pause and wherever the knob turns round.
func (a *acceleration) steps(clockwise bool, at plugins.Instant) float64 {
	gap := at.Sub(a.latest)
	if gap < pause && clockwise == a.clockwise {
		speed := float64(time.Second) / float64(max(gap, time.Millisecond))
		a.speed += (speed - a.speed) / 2
	} else {
		a.speed = 0
	}
	a.latest, a.clockwise = at, clockwise
	part := (a.speed - calm) / (spun - calm)
	return 1 + (a.most-1)*min(1, max(0, part))
}
