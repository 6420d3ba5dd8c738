package gpio

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"ptvd/internal/scheduler"
)

// InputOptions are the options of [Board.Input].
type InputOptions struct {
	Lines     []string // 1 to 64 lines, whose edges are delivered in the kernel's order
	Pull      Pull
	ActiveLow bool          // the contact closes to ground: electrically low is High
	Debounce  time.Duration // 0: no debouncing
}

// maxLines is the maximum number of lines in one request (GPIO_V2_LINES_MAX).
const maxLines = 64

// Input is a group of input lines that were opened together. Its methods must be
// called on the loop, and Next by one task at a time.
type Input struct {
	source    edgeSource
	activeLow Level
	mailbox   *mailbox
	contacts  []Debouncer // one per line
	batch     []Edge      // taken from the mailbox, not debounced yet
	pending   []pending   // debounced, not returned by Next yet
	next      int         // index of the next edge in pending
	levels    uint64      // one bit per line, as of the edges that Next returned
	lost      uint64
	nextPoll  scheduler.Instant // Never if the source reports edges
}

// pending is a debounced edge with the levels of all lines after it.
type pending struct {
	Edge
	levels uint64
}

// Input opens input lines.
func (b *Board) Input(t *scheduler.Task, o InputOptions) (*Input, error) {
	if len(o.Lines) < 1 || len(o.Lines) > maxLines {
		return nil, fmt.Errorf("%d lines: an input has 1 to %d", len(o.Lines), maxLines)
	}
	mailbox := newMailbox(t.Loop())
	source, err := open(b, t, func() (edgeSource, error) {
		return openSource(b.backend, o, cmp.Or(b.claims.Poll, defaultPollPeriod), t.Loop(), mailbox)
	}, o.Lines...)
	if err != nil {
		return nil, err
	}
	in := &Input{source: source, activeLow: Level(o.ActiveLow), mailbox: mailbox, nextPoll: scheduler.Never}
	levels, err := in.read(t)
	if err != nil {
		return nil, err
	}
	for i := range o.Lines {
		in.contacts = append(in.contacts, NewDebouncer(bit(levels, i), o.Debounce))
	}
	in.levels = levels
	in.schedulePoll(t.Now())
	b.notePolled(in.Polled(), o.Lines)
	return in, nil
}

// notePolled records that an input is polled.
func (b *Board) notePolled(period time.Duration, lines []string) {
	note := fmt.Sprintf("%s: polled every %v, since its driver reports no edges", strings.Join(lines, ", "), period)
	if period > 0 && !slices.Contains(b.polled, note) {
		b.polled = append(b.polled, note)
	}
}

// Polled says which inputs are polled, for the health of the instance; empty: none.
func (b *Board) Polled() string { return strings.Join(b.polled, "; ") }

// Next waits for the next debounced edge. The timestamps of one line never decrease.
// An error other than [scheduler.ErrCancelled] means that the lines cannot be read any
// more and must be opened again.
func (in *Input) Next(t *scheduler.Task) (Edge, error) {
	for {
		if in.next < len(in.pending) {
			e := in.pending[in.next]
			in.next++
			in.levels = e.levels
			return e.Edge, nil
		}
		if err := in.gather(t); err != nil {
			return Edge{}, err
		}
		if len(in.pending) > 0 {
			continue
		}
		if err := in.wait(t); err != nil {
			return Edge{}, err
		}
	}
}

// NextUntil is Next, and returns [scheduler.ErrTimeout] if there is no edge until an instant.
func (in *Input) NextUntil(t *scheduler.Task, due scheduler.Instant) (edge Edge, err error) {
	if due == scheduler.Never {
		return in.Next(t)
	}
	err = t.Timeout(due.Sub(t.Now()), func() (err error) {
		edge, err = in.Next(t)
		return err
	})
	return edge, err
}

// Level returns the debounced level of a line, as of the edges that Next returned.
// If lines had to be read again, they all change with the first of their edges, since
// the order in which they changed is not known.
func (in *Input) Level(line int) Level { return bit(in.levels, line) }

// Lost returns how often edges were lost because a queue was full. The levels are
// read again then, so that the final level of each line is always reported.
func (in *Input) Lost() uint64 { return in.lost }

// Polled returns the period with which the lines are read because their driver reports no
// edges, 0 if it does.
func (in *Input) Polled() time.Duration { return in.source.pollPeriod() }

// gather debounces the edges that have arrived, and reads the lines whose hold has
// ended.
func (in *Input) gather(t *scheduler.Task) error {
	var lost bool
	in.pending, in.next = in.pending[:0], 0
	in.batch, lost = in.mailbox.take(in.batch[:0])
	levels := in.levels
	_, kernelTimes := in.source.(watchedLines)
	for _, e := range in.batch {
		if kernelTimes { // another clock, as in a simulation, may be behind the stamp
			e.At = min(t.Loop().FromKernel(e.At), t.Now())
		}
		e.Level = e.Level != in.activeLow
		for _, e := range in.contacts[e.Line].Edge(e) {
			levels = withLevel(levels, e.Line, e.Level)
			in.pending = append(in.pending, pending{e, levels})
		}
	}
	if lost {
		in.lost++
	}
	due := min(in.holdEnd(), in.nextPoll)
	if !lost && (due == scheduler.Never || due > t.Now()) {
		return nil
	}
	readAll := lost || in.nextPoll <= t.Now()
	read, err := in.read(t)
	if err != nil {
		return err
	}
	now, known := t.Now(), len(in.pending)
	for i := range in.contacts {
		if !readAll && in.contacts[i].Due() > now {
			continue
		}
		for _, e := range in.contacts[i].Read(Edge{Line: i, Level: bit(read, i), At: now}) {
			levels = withLevel(levels, e.Line, e.Level)
			in.pending = append(in.pending, pending{Edge: e})
		}
	}
	for i := known; i < len(in.pending); i++ {
		in.pending[i].levels = levels
	}
	in.schedulePoll(now)
	return nil
}

// holdEnd returns when the first hold ends.
func (in *Input) holdEnd() scheduler.Instant {
	due := scheduler.Never
	for i := range in.contacts {
		due = min(due, in.contacts[i].Due())
	}
	return due
}

func (in *Input) schedulePoll(now scheduler.Instant) {
	if period := in.source.pollPeriod(); period > 0 {
		in.nextPoll = now.Add(period)
	}
}

// wait waits until an edge arrives, a hold ends or the lines are to be polled.
func (in *Input) wait(t *scheduler.Task) error {
	due := min(in.holdEnd(), in.nextPoll)
	if due == scheduler.Never {
		return in.mailbox.arrived.Wait(t)
	}
	if len(in.contacts) == 1 || in.nextPoll != scheduler.Never {
		return t.SleepUntil(due) // edges during the hold need no wake-up
	}
	err := t.Timeout(due.Sub(t.Now()), func() error { return in.mailbox.arrived.Wait(t) })
	if errors.Is(err, scheduler.ErrTimeout) {
		return nil
	}
	return err
}

// read returns the current logical levels of all lines, one bit per line.
func (in *Input) read(t *scheduler.Task) (levels uint64, err error) {
	if in.source.immediate() {
		levels, err = in.source.Levels()
	} else {
		levels, err = scheduler.Await(t, func(context.Context) (uint64, error) { return in.source.Levels() })
	}
	if in.activeLow {
		levels = ^levels
	}
	return levels, err
}

func bit(levels uint64, line int) Level { return levels>>line&1 == 1 }

func withLevel(levels uint64, line int, level Level) uint64 {
	if level {
		return levels | 1<<line
	}
	return levels &^ (1 << line)
}
