package button

import (
	"time"

	"ptvd/plugins"
)

// gesture is what was done with a button.
type gesture uint8

// Each press counts towards exactly one click, double, triple or long, unless the
// button is stuck. press, release and hold are reported in addition.
const (
	press gesture = iota
	release
	click
	double
	triple
	long
	hold  // repeated during a long press, starting with it
	stuck // the button has been down for stuckAfter
	gestures
)

func (g gesture) String() string {
	return [gestures]string{"press", "release", "click", "double", "triple", "long", "hold", "stuck"}[g]
}

// stuckAfter is how long a button may be down before it is considered stuck.
const stuckAfter = time.Minute

// timing configures a recognizer: which gestures it tells apart, and their times.
type timing struct {
	clicks int           // the most presses in one gesture: 1, 2 or 3
	window time.Duration // the longest time from one press of a gesture to the next
	long   time.Duration // how long the button is held for a long press; 0: no long press
	repeat time.Duration // the interval of hold; 0: no hold
}

// recognizer turns edges into gestures. It uses the times of the edges and no clock, so
// that the result is the same however late the edges are delivered: before an edge is
// handled, everything that was due by its time is decided.
type recognizer struct {
	timing
	emit func(gesture)

	now       plugins.Instant // of the latest edge or decision; earlier edges are moved here
	down      bool
	pressedAt plugins.Instant // the start of the latest press
	count     int             // presses in the undecided gesture; 0: there is none
	nextHold  plugins.Instant // Never: none is due
	stuckAt   plugins.Instant // Never: the button is up, or was reported as stuck
}

// newRecognizer returns a recognizer for a button that is up, or already down at start.
func newRecognizer(w timing, down bool, start plugins.Instant, emit func(gesture)) *recognizer {
	r := &recognizer{timing: w, emit: emit, now: start, nextHold: plugins.Never, stuckAt: plugins.Never}
	if down {
		r.downWithoutPress(start)
	}
	return r
}

// downWithoutPress notes that the button is down although no press was seen. It is no
// gesture, but the button may be stuck.
func (r *recognizer) downWithoutPress(at plugins.Instant) { r.stuckAt = at.Add(stuckAfter) }

// edge handles a press or a release. An edge that changes nothing is ignored.
func (r *recognizer) edge(down bool, at plugins.Instant) {
	at = max(at, r.now)
	r.advance(at)
	r.now = at
	switch {
	case down && !r.down:
		r.press(at)
	case !down && r.down:
		r.release(at)
	case !down:
		r.stuckAt = plugins.Never // it was down without a press
	}
}

func (r *recognizer) press(at plugins.Instant) {
	r.down, r.pressedAt, r.stuckAt = true, at, at.Add(stuckAfter)
	r.count++
	r.emit(press)
	if r.count > 1 && r.count == r.clicks {
		r.decide([...]gesture{2: double, 3: triple}[r.count])
	}
}

func (r *recognizer) release(at plugins.Instant) {
	r.down, r.stuckAt, r.nextHold = false, plugins.Never, plugins.Never
	r.emit(release)
	if r.count == 1 && (r.clicks == 1 || at >= r.pressedAt.Add(r.window)) {
		r.decide(click)
	}
}

// abort ends a press without a gesture.
func (r *recognizer) abort() {
	if r.count = 0; r.down {
		r.release(r.now)
	}
}

func (r *recognizer) decide(g gesture) {
	r.count = 0
	r.emit(g)
}

// due returns when something will be decided unless an edge comes first; Never if
// everything depends on an edge.
func (r *recognizer) due() plugins.Instant {
	return min(r.longDue(), r.windowDue(), r.nextHold, r.stuckAt)
}

// longDue: only the first press of a gesture can become a long press.
func (r *recognizer) longDue() plugins.Instant {
	if r.down && r.count == 1 && r.long > 0 {
		return r.pressedAt.Add(r.long)
	}
	return plugins.Never
}

// windowDue returns when a further press would start a new gesture. While the first
// press is held this does not apply: it will be a click or a long press.
func (r *recognizer) windowDue() plugins.Instant {
	if r.count > 1 || r.count == 1 && !r.down {
		return r.pressedAt.Add(r.window)
	}
	return plugins.Never
}

// advance decides everything that is due until an instant.
func (r *recognizer) advance(until plugins.Instant) {
	for due := r.due(); due <= until && due != plugins.Never; due = r.due() {
		r.now = due
		switch due {
		case r.stuckAt:
			r.count, r.stuckAt, r.nextHold = 0, plugins.Never, plugins.Never
			r.emit(stuck)
		case r.longDue():
			if r.repeat > 0 {
				r.nextHold = due
			}
			r.decide(long)
		case r.nextHold:
			r.nextHold = due.Add(r.repeat)
			r.emit(hold)
		default:
			r.decide([...]gesture{1: click, 2: double}[r.count])
		}
	}
}
