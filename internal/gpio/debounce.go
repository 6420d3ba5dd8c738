package gpio

import (
	"time"

	"ptvd/internal/scheduler"
)

// Debouncer turns the edges of a bouncing contact into those of a clean one. It
// is a pure state machine: edges and readings with their timestamps go in,
// debounced edges come out. The first edge is reported at once, and later ones are
// ignored for the hold time. When the hold ends, the level is read again, so that a
// change during the hold is reported late instead of being lost. Every pulse that is
// longer than the hold time is reported.
//
// Edges are judged by their timestamps, so that the result does not depend on how
// late they are passed in.
type Debouncer struct {
	hold     time.Duration
	level    Level             // debounced
	reported scheduler.Instant // timestamp of the last edge that was reported
	raw      Edge              // last known edge of the contact
	until    scheduler.Instant // end of the current hold; Never without one
	prevHold scheduler.Instant // end of the previous hold
	out      [2]Edge
}

// NewDebouncer returns a Debouncer of a contact with an initial level. With a hold
// time of 0 every change is reported as it is.
func NewDebouncer(level Level, hold time.Duration) Debouncer {
	return Debouncer{hold: hold, level: level, raw: Edge{Level: level}, until: scheduler.Never}
}

// Level returns the debounced level.
func (d *Debouncer) Level() Level { return d.level }

// Due returns when the contact must be read again, Never if it need not be.
func (d *Debouncer) Due() scheduler.Instant { return d.until }

// Edge takes an edge of the contact and returns the debounced edges that follow
// from it: two if a hold ended before this edge. The slice is valid until the next
// call.
func (d *Debouncer) Edge(e Edge) []Edge {
	out := d.expire(e.At)
	if e.At < d.prevHold {
		// The edge belongs to the previous hold, which is reopened unless another
		// one has begun.
		if d.until == scheduler.Never || d.until == d.prevHold {
			d.raw, d.until = e, d.prevHold
		}
		return out
	}
	d.raw = e
	if d.until == scheduler.Never && e.Level != d.level {
		out = d.report(out, e.At)
	}
	return out
}

// Read takes a level that was read from the line. If it differs from the last known
// one, an edge was lost, and the reading is treated as that edge.
func (d *Debouncer) Read(e Edge) []Edge {
	if e.Level == d.raw.Level {
		return d.expire(e.At)
	}
	if d.until == d.prevHold {
		d.until = scheduler.Never // more of the late edges will follow
	}
	return d.Edge(e)
}

// expire ends the hold if it is over by now.
func (d *Debouncer) expire(now scheduler.Instant) []Edge {
	out := d.out[:0]
	for d.until <= now && d.until != scheduler.Never {
		end := d.until
		d.until, d.prevHold = scheduler.Never, end
		if d.raw.Level != d.level {
			out = d.report(out, end)
		}
	}
	return out
}

// report makes the debounced level follow the contact, and begins a hold at an instant.
func (d *Debouncer) report(out []Edge, at scheduler.Instant) []Edge {
	d.level = d.raw.Level
	d.reported = max(d.reported, d.raw.At)
	if d.hold > 0 {
		d.until = at.Add(d.hold)
	}
	return append(out, Edge{Line: d.raw.Line, Level: d.level, At: d.reported})
}
