package button

import (
	"time"

	"ptvd/plugins"
)

const (
	// decisionTime is how long the level is watched after the first edge of a change.
	// The contact is taken to have the level that it had for most of that time, so that a
	// bouncing contact is not decided later than a clean one, and a spike that a long
	// cable picks up is ignored.
	decisionTime = time.Millisecond

	// maxBounce is longer than contacts bounce. A line that changes for longer is noisy.
	maxBounce = 100 * time.Millisecond

	// maxPresses within pressTime are more than a person can make.
	maxPresses = 8
	pressTime  = 500 * time.Millisecond

	// quietTime is how long a noisy line must not change to be trusted again.
	quietTime = 500 * time.Millisecond
)

// contact turns the edges of a line into those of a clean contact. It uses the times of
// the edges and no clock, so that the result is the same however late they are delivered.
//
// A change is decided decisionTime after its first edge. Then edges are ignored until the
// line has not changed for the debounce time; a change in between is reported afterwards,
// with its own time, and so never lost. A contact that must be stable is instead decided
// once its level has held for the debounce time.
type contact struct {
	debounce time.Duration
	stable   bool
	emit     func(down bool, at plugins.Instant)
	noise    func(edgesPerSecond int) // 0: the line is quiet again

	now   plugins.Instant // of the latest edge or decision; earlier edges are moved here
	down  bool            // the clean contact
	raw   bool            // the line
	rawAt plugins.Instant // of the latest edge of the line

	decision plugins.Instant // when the change that began at first is decided; Never: there is none
	first    plugins.Instant
	changed  time.Duration   // for how long the level differed from down since first
	hold     plugins.Instant // until when edges are ignored; Never: they are not
	accepted plugins.Instant // when the hold began
	presses  [maxPresses]plugins.Instant

	quiet     plugins.Instant // when a noisy line is trusted again; Never: it is not noisy
	edges     int             // of the line, since edgesFrom
	edgesFrom plugins.Instant
}

func newContact(cfg Config, down bool, start plugins.Instant, emit func(bool, plugins.Instant), noise func(int)) *contact {
	return &contact{
		debounce: cfg.Debounce, stable: cfg.Stable && cfg.Debounce > 0, emit: emit, noise: noise,
		now: start, down: down, raw: down, rawAt: start, edgesFrom: start,
		decision: plugins.Never, hold: plugins.Never, quiet: plugins.Never,
	}
}

// due returns when something will be decided unless an edge comes first.
func (c *contact) due() plugins.Instant { return min(c.decision, c.hold, c.quiet) }

// undecided returns the time of the earliest edge that may still be reported, Never if
// there is none.
func (c *contact) undecided() plugins.Instant {
	switch {
	case c.decision != plugins.Never:
		return c.first
	case c.hold != plugins.Never && c.raw != c.down:
		return c.rawAt
	}
	return plugins.Never
}

func (c *contact) edge(down bool, at plugins.Instant) {
	at = max(at, c.now)
	c.advance(at)
	c.now = at
	if down == c.raw {
		return
	}
	c.countChanged()
	if c.quiet == plugins.Never && at.Sub(c.rawAt) > quietTime {
		c.edges, c.edgesFrom = 0, at // it was quiet
	}
	c.edges++
	c.raw, c.rawAt = down, at
	switch {
	case c.quiet != plugins.Never:
		c.quiet = at.Add(quietTime)
	case c.stable && down == c.down:
		c.decision = plugins.Never
	case c.stable:
		c.first, c.decision = at, at.Add(c.debounce)
	case c.hold != plugins.Never && at.Sub(c.accepted) > maxBounce:
		c.startNoise()
	case c.hold != plugins.Never:
		c.hold = at.Add(c.debounce)
	case c.decision == plugins.Never:
		c.watch()
	}
}

// advance decides everything that is due until an instant.
func (c *contact) advance(until plugins.Instant) {
	for due := c.due(); due <= until && due != plugins.Never; due = c.due() {
		c.now = due
		switch due {
		case c.decision:
			c.decide()
		case c.hold:
			c.hold = plugins.Never
			if c.raw != c.down { // it changed during the hold, and has held since
				c.accept(c.rawAt)
			}
		default:
			c.quiet, c.down = plugins.Never, c.raw
			c.noise(0)
		}
	}
}

// watch begins to decide the change of the line's latest edge.
func (c *contact) watch() {
	c.first, c.changed, c.decision = c.rawAt, c.now.Sub(c.rawAt), c.rawAt.Add(decisionTime)
}

func (c *contact) decide() {
	c.countChanged()
	c.decision = plugins.Never
	switch {
	case c.stable || 2*c.changed > decisionTime:
		c.accept(c.first)
	case c.raw != c.down: // it changed late: there was a spike before
		c.watch()
	}
}

func (c *contact) accept(at plugins.Instant) {
	c.down = !c.down
	if c.down {
		copy(c.presses[:], c.presses[1:])
		c.presses[maxPresses-1] = at
		if c.presses[0] != 0 && at.Sub(c.presses[0]) < pressTime {
			c.startNoise()
			return
		}
	}
	switch {
	case c.stable:
	case c.debounce > 0:
		c.accepted, c.hold = c.now, max(c.now, c.rawAt.Add(c.debounce))
	case c.raw != c.down: // it has changed back
		c.watch()
	}
	c.emit(c.down, at)
}

// startNoise ignores the line until it is quiet.
func (c *contact) startNoise() {
	c.down, c.decision, c.hold, c.presses = false, plugins.Never, plugins.Never, [maxPresses]plugins.Instant{}
	c.quiet = c.now.Add(quietTime)
	c.noise(int(float64(c.edges) / max(c.now.Sub(c.edgesFrom), time.Millisecond).Seconds()))
}

// countChanged adds the time since the latest edge or first to changed.
func (c *contact) countChanged() {
	if c.decision != plugins.Never && c.raw != c.down {
		c.changed += c.now.Sub(max(c.rawAt, c.first))
	}
}
