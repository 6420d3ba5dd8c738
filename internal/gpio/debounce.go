package gpio

import (
	"time"

	"ptvd/internal/scheduler"
)

// Debouncer makes the edges of a clean contact out of those of one that bounces.
// It is a pure state machine: edges and readings with their times go in, edges
// come out. There are two ways of it:
//
//   - settle: the first edge acts at once, and then the contact is not listened
//     to for the hold time. At its end the level is looked at again, so that a
//     change within the hold is late, and never lost. No pulse longer than the
//     hold time is missed, whatever its phase.
//   - stable: an edge acts only after the level has held for the hold time, so
//     that a spike on noisy wiring does nothing.
//
// Edges are judged by their own times, so that the result is the same however
// late they are fed.
type Debouncer struct {
	hold   time.Duration
	stable bool
	level  Level             // of the clean contact
	acted  scheduler.Instant // the time of the last edge that came out
	raw    Edge              // the last that is known of the real contact
	until  scheduler.Instant // the end of the hold; Never: there is none
	held   scheduler.Instant // the end of the hold before, of a contact that settles
	out    [2]Edge
}

// NewDebouncer returns a Debouncer of a contact that now has a level. With a hold
// time of 0 every change comes out as it went in.
func NewDebouncer(level Level, hold time.Duration, stable bool) Debouncer {
	return Debouncer{
		hold: hold, stable: stable && hold > 0,
		level: level, raw: Edge{Level: level}, until: scheduler.Never,
	}
}

// Level returns the level of the clean contact.
func (d *Debouncer) Level() Level { return d.level }

// Due returns when the contact should be read again, Never when there is no need.
func (d *Debouncer) Due() scheduler.Instant { return d.until }

// Edge takes an edge of the real contact and returns those that follow from it:
// two when a hold ended before this edge. They are valid until the next call.
func (d *Debouncer) Edge(e Edge) []Edge {
	out := d.pass(e.At)
	if e.At < d.held {
		// It comes after the end of its hold, which is open again, if no other is.
		if d.until == scheduler.Never || d.until == d.held {
			d.raw, d.until = e, d.held
		}
		return out
	}
	d.raw = e
	switch {
	case d.stable:
		d.until = e.At.Add(d.hold)
	case d.until == scheduler.Never && e.Level != d.level:
		out = d.act(out)
		d.begin(e.At)
	}
	return out
}

// Read takes a level that was read, and otherwise does what Edge does. A level
// that differs from what the edges told is an edge that was lost.
func (d *Debouncer) Read(e Edge) []Edge {
	if e.Level == d.raw.Level {
		return d.pass(e.At)
	}
	if d.until == d.held {
		d.until = scheduler.Never // of edges that come late, more are on their way
	}
	return d.Edge(e)
}

// pass ends the hold if it has passed by now.
func (d *Debouncer) pass(now scheduler.Instant) []Edge {
	out := d.out[:0]
	for d.until <= now && d.until != scheduler.Never {
		end := d.until
		d.until = scheduler.Never
		if !d.stable {
			d.held = end
		}
		if d.raw.Level != d.level {
			out = d.act(out)
			d.begin(end)
		}
	}
	return out
}

// act lets the clean contact follow the real one.
func (d *Debouncer) act(out []Edge) []Edge {
	d.level = d.raw.Level
	d.acted = max(d.acted, d.raw.At)
	return append(out, Edge{Line: d.raw.Line, Level: d.level, At: d.acted})
}

// begin begins a hold after the clean contact has changed.
func (d *Debouncer) begin(at scheduler.Instant) {
	if !d.stable && d.hold > 0 {
		d.until = at.Add(d.hold)
	}
}
