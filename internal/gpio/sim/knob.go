package sim

import (
	"math/rand/v2"
	"time"

	"ptvd/internal/scheduler"
)

// Knob is a rotary encoder with two contacts to ground: it needs pull-up resistors and
// is active low. In a detent both contacts are open.
type Knob struct {
	// CodesPerDetent is the number of contact changes between two detents: 4, 2 or 1.
	CodesPerDetent int

	channels [2]*contact
	phase    int // codes since both contacts were open
}

// gray lists which contacts are closed in the four phases of the cycle.
var gray = [4][2]bool{{false, false}, {true, false}, {true, true}, {false, true}}

// NewKnob returns a knob with four codes per detent. The seed determines how its
// contacts bounce.
func NewKnob(b *Board, lineA, lineB string, seed uint64) *Knob {
	rng := rand.New(rand.NewPCG(seed, 0))
	return &Knob{CodesPerDetent: 4, channels: [2]*contact{newContact(b, lineA, rng), newContact(b, lineB, rng)}}
}

// Turn turns the knob by a number of detents, each of which takes the time perDetent.
// Above zero channel a leads, which is clockwise. A contact no longer bounces when the
// other one changes, as the datasheets of encoders promise up to a maximum speed.
func (k *Knob) Turn(t *scheduler.Task, detents int, perDetent time.Duration) error {
	step, codes := 1, detents*k.CodesPerDetent
	if detents < 0 {
		step, codes = -1, -codes
	}
	perCode := perDetent / time.Duration(k.CodesPerDetent)
	maxBounce := max(1, min(MaxBounce, perCode*3/4))
	next := t.Now()
	for range codes {
		k.phase = (k.phase + step) & 3
		for i, c := range k.channels {
			if err := c.set(t, gray[k.phase][i], maxBounce); err != nil {
				return err
			}
		}
		next = next.Add(perCode)
		if err := t.SleepUntil(next); err != nil {
			return err
		}
	}
	return nil
}
