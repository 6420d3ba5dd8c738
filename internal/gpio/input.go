package gpio

import (
	"errors"
	"time"

	"ptvd/internal/scheduler"
)

// InputOptions says how input lines are opened.
type InputOptions struct {
	Lines     []string // opened together: their edges keep the kernel's order
	Pull      Pull
	ActiveLow bool          // the contact closes to ground: electrically low is High
	Debounce  time.Duration // 0: every edge is delivered as it came
	Stable    bool          // act only after the level held for Debounce; else at the first edge
}

// Input is input lines that were opened together.
type Input struct{}

// Input opens input lines.
func (b *Board) Input(t *scheduler.Task, o InputOptions) (*Input, error) {
	return nil, errors.New("to be written")
}

// Next waits for the next edge, debounced.
func (in *Input) Next(t *scheduler.Task) (Edge, error) { return Edge{}, errors.New("to be written") }

// Level returns a line's level, debounced, as of the edges that Next returned.
func (in *Input) Level(line int) Level { return Low }

// Lost counts how often edges were lost in a full queue. The levels are read
// again then, so that what was lost is a detour, never the end.
func (in *Input) Lost() uint64 { return 0 }
