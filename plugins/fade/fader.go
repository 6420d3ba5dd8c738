package fade

import (
	"math"
	"time"

	"ptvd/plugins"
)

// fader moves a level, 0 to 1 as the eye sees it, towards a goal at one speed. It
// is a function of time and takes no steps itself: whoever asks late finds the
// level that is due by then, so that lateness costs smoothness, never duration.
type fader struct {
	sweep time.Duration // all the way from 0 to 1; 0: the goal is reached at once
	from  float64       // the level …
	since plugins.Instant
	goal  float64
}

// aim gives the fader another goal, from the level that it has reached by now.
func (f *fader) aim(goal float64, now plugins.Instant) {
	f.from, f.since, f.goal = f.level(now), now, goal
}

// level returns the level at an instant, no earlier than the latest aim.
func (f *fader) level(now plugins.Instant) float64 {
	if now >= f.arrives() {
		return f.goal
	}
	way := float64(now.Sub(f.since)) / float64(f.sweep)
	return f.from + math.Copysign(way, f.goal-f.from)
}

// arrives returns when the goal is reached.
func (f *fader) arrives() plugins.Instant {
	way := math.Abs(f.goal - f.from)
	return f.since.Add(time.Duration(math.Ceil(way * float64(f.sweep))))
}
