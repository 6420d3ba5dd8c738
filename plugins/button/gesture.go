package button

import (
	"time"

	"ptvd/plugins"
)

// gesture is something that a finger did to a button.
type gesture uint8

// The gestures. A press belongs to exactly one of click, double, triple and
// long, unless the button is stuck; press, release and hold go beside them.
const (
	press gesture = iota
	release
	click
	double
	triple
	long
	hold  // the long press goes on: at its threshold, and every repeat after it
	stuck // nobody presses a button for so long
	gestures
)

func (g gesture) String() string {
	return [gestures]string{"press", "release", "click", "double", "triple", "long", "hold", "stuck"}[g]
}

// stuckAfter is how long a button may be pressed before it counts as stuck.
const stuckAfter = time.Minute

// timing says what a recogniser has to tell apart. What nobody listens to is not
// waited for.
type timing struct {
	clicks int           // 1, 2 or 3: the most presses that make one gesture
	window time.Duration // from one press to the next of the same gesture
	long   time.Duration // how long a long press is; 0: there is none
	repeat time.Duration // from hold to hold; 0: there is none
}

// recogniser makes gestures out of edges. It looks at the edges' own times and
// no clock, so that the same edges are the same gestures however late they are
// delivered: before an edge it decides all that was due by then.
type recogniser struct {
	timing
	emit func(gesture)

	now     plugins.Instant // no edge or decision lies before it
	down    bool
	pressed plugins.Instant // the latest press
	count   int             // presses in the open gesture; 0: none is open
	holds   plugins.Instant // the next hold; Never: none
	sticks  plugins.Instant // when the button counts as stuck; Never: it is up, or does already
}

// newRecogniser returns one for a button that is up, or that was down already at
// start: such a press is no gesture, and yet it may be stuck.
func newRecogniser(w timing, down bool, start plugins.Instant, emit func(gesture)) *recogniser {
	r := &recogniser{timing: w, emit: emit, now: start, holds: plugins.Never, sticks: plugins.Never}
	if down {
		r.sticks = start.Add(stuckAfter)
	}
	return r
}

// edge takes an edge of the button: down or up. One that changes nothing is
// ignored, and one from the past counts as of the latest decision.
func (r *recogniser) edge(down bool, at plugins.Instant) {
	at = max(at, r.now)
	r.advance(at)
	r.now = at
	switch {
	case down && !r.down:
		r.press(at)
	case !down && r.down:
		r.release(at)
	case !down:
		r.sticks = plugins.Never // it was down before we came
	}
}

func (r *recogniser) press(at plugins.Instant) {
	r.down, r.pressed, r.sticks = true, at, at.Add(stuckAfter)
	r.count++
	r.emit(press)
	if r.count > 1 && r.count == r.clicks {
		r.decide([...]gesture{2: double, 3: triple}[r.count])
	}
}

func (r *recogniser) release(at plugins.Instant) {
	r.down, r.sticks, r.holds = false, plugins.Never, plugins.Never
	r.emit(release)
	if r.count == 1 && (r.clicks == 1 || at >= r.pressed.Add(r.window)) {
		r.decide(click)
	}
}

// decide closes the open gesture.
func (r *recogniser) decide(g gesture) {
	r.count = 0
	r.emit(g)
}

// due returns when something is to be decided unless an edge comes first; Never
// when only an edge can bring something new.
func (r *recogniser) due() plugins.Instant {
	return min(r.longDue(), r.windowDue(), r.holds, r.sticks)
}

// longDue: only the first press of a gesture can become a long one.
func (r *recogniser) longDue() plugins.Instant {
	if r.down && r.count == 1 && r.long > 0 {
		return r.pressed.Add(r.long)
	}
	return plugins.Never
}

// windowDue: no further press belongs to the gesture then. One that is still
// held for the first time stays open: it will be a click or a long press.
func (r *recogniser) windowDue() plugins.Instant {
	if r.count > 1 || r.count == 1 && !r.down {
		return r.pressed.Add(r.window)
	}
	return plugins.Never
}

// advance decides all that is due until an instant.
func (r *recogniser) advance(until plugins.Instant) {
	for due := r.due(); due <= until && due != plugins.Never; due = r.due() {
		r.now = due
		switch due {
		case r.sticks:
			r.count, r.sticks, r.holds = 0, plugins.Never, plugins.Never
			r.emit(stuck)
		case r.longDue():
			if r.repeat > 0 {
				r.holds = due
			}
			r.decide(long)
		case r.holds:
			r.holds = due.Add(r.repeat)
			r.emit(hold)
		default:
			r.decide([...]gesture{1: click, 2: double}[r.count])
		}
	}
}
