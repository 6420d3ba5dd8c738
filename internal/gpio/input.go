package gpio

import (
	"errors"
	"fmt"
	"time"

	"ptvd/internal/scheduler"
)

// InputOptions says how input lines are opened.
type InputOptions struct {
	Lines     []string // 1 to 64, opened together: their edges keep the kernel's order
	Pull      Pull
	ActiveLow bool          // the contact closes to ground: electrically low is High
	Debounce  time.Duration // 0: every change is delivered as it came
	Stable    bool          // act only after the level held for Debounce; else at the first edge
}

// maxLines is how many lines the kernel opens together (GPIO_V2_LINES_MAX).
const maxLines = 64

// Input is input lines that were opened together. Its methods belong to the loop,
// and Next to one task at a time.
type Input struct {
	lines     Lines
	activeLow Level
	mail      *mailbox
	contacts  []Debouncer // one a line
	batch     []Edge      // from the mailbox, while they are debounced
	ready     []ready     // debounced, for Next to return
	next      int         // the first of ready that Next has not returned
	levels    uint64      // a bit a line, as of the edges that Next returned
	lost      uint64
}

// ready is a debounced edge, and the levels of all lines after it.
type ready struct {
	Edge
	levels uint64
}

// Input opens input lines.
func (b *Board) Input(t *scheduler.Task, o InputOptions) (*Input, error) {
	if len(o.Lines) < 1 || len(o.Lines) > maxLines {
		return nil, fmt.Errorf("an input has 1 to %d lines, not %d", maxLines, len(o.Lines))
	}
	mail := newMailbox(t.Loop())
	lines, err := open(b, t, func() (Lines, error) {
		return b.backend.OpenLines(o.Lines, o.Pull, mail.deliver, mail.overflow)
	}, o.Lines...)
	if err != nil {
		return nil, err
	}
	in := &Input{lines: lines, activeLow: Level(o.ActiveLow), mail: mail}
	for i := range o.Lines {
		level, err := in.read(i)
		if err != nil {
			return nil, err
		}
		in.contacts = append(in.contacts, NewDebouncer(level, o.Debounce, o.Stable))
		in.levels = withLevel(in.levels, i, level)
	}
	return in, nil
}

// Next waits for the next edge, debounced. Its At never goes back on one line. An
// error other than a cancel means that the lines can be read no more.
func (in *Input) Next(t *scheduler.Task) (Edge, error) {
	for {
		if in.next < len(in.ready) {
			e := in.ready[in.next]
			in.next++
			in.levels = e.levels
			return e.Edge, nil
		}
		if err := in.gather(t.Now()); err != nil {
			return Edge{}, err
		}
		if len(in.ready) > 0 {
			continue
		}
		if err := in.wait(t); err != nil {
			return Edge{}, err
		}
	}
}

// Level returns a line's level, debounced, as of the edges that Next returned.
// Lines that had to be read again change together, with the first of their edges:
// in which order they really changed is not known.
func (in *Input) Level(line int) Level { return in.levels>>line&1 == 1 }

// Lost counts how often edges were lost in a full queue. The levels are read
// again then, so that what was lost is a detour, never the end.
func (in *Input) Lost() uint64 { return in.lost }

// gather debounces what has arrived, and reads the lines whose hold has ended.
func (in *Input) gather(now scheduler.Instant) error {
	var lost bool
	in.ready, in.next = in.ready[:0], 0
	in.batch, lost = in.mail.take(in.batch[:0])
	levels := in.levels
	for _, e := range in.batch {
		e.Level = e.Level != in.activeLow
		for _, e := range in.contacts[e.Line].Edge(e) {
			levels = withLevel(levels, e.Line, e.Level)
			in.ready = append(in.ready, ready{e, levels})
		}
	}
	if lost {
		in.lost++
	}
	known := len(in.ready)
	for i := range in.contacts {
		if !lost && in.contacts[i].Due() > now {
			continue
		}
		level, err := in.read(i)
		if err != nil {
			return err
		}
		for _, e := range in.contacts[i].Read(Edge{Line: i, Level: level, At: now}) {
			levels = withLevel(levels, e.Line, e.Level)
			in.ready = append(in.ready, ready{Edge: e})
		}
	}
	for i := known; i < len(in.ready); i++ {
		in.ready[i].levels = levels
	}
	return nil
}

// wait waits until there may be something to gather.
func (in *Input) wait(t *scheduler.Task) error {
	due := scheduler.Never
	for i := range in.contacts {
		due = min(due, in.contacts[i].Due())
	}
	if due == scheduler.Never {
		return in.mail.arrived.Wait(t)
	}
	if len(in.contacts) == 1 {
		return t.SleepUntil(due) // a line on hold has nothing to say before, so let it bounce
	}
	err := t.Timeout(due.Sub(t.Now()), func() error { return in.mail.arrived.Wait(t) })
	if errors.Is(err, scheduler.ErrTimeout) {
		return nil
	}
	return err
}

// read returns the logical level of a line now. It is a short ioctl, fit for the
// loop.
func (in *Input) read(line int) (Level, error) {
	level, err := in.lines.Read(line)
	return level != in.activeLow, err
}

func withLevel(levels uint64, line int, level Level) uint64 {
	if level {
		return levels | 1<<line
	}
	return levels &^ (1 << line)
}
