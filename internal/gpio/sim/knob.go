package sim

import (
	"math/rand/v2"
	"time"

	"ptvd/internal/scheduler"
)

// Knob is a rotary encoder with two contacts to ground: it wants pulls up, and is
// active low. It rests with both contacts open.
type Knob struct {
	// CodesPerDetent is how many changes of a contact lie between two detents:
	// 4, 2 or 1.
	CodesPerDetent int

	channels [2]*contact
	phase    int // codes from where both are open
}

// gray says which contacts are closed in the four phases of the cycle.
var gray = [4][2]bool{{false, false}, {true, false}, {true, true}, {false, true}}

// NewKnob returns a knob with four codes to the detent. The seed decides how its
// contacts bounce.
func NewKnob(b *Board, lineA, lineB string, seed uint64) *Knob {
	dice := rand.New(rand.NewPCG(seed, 0))
	return &Knob{CodesPerDetent: 4, channels: [2]*contact{newContact(b, lineA, dice), newContact(b, lineB, dice)}}
}

// Turn turns the knob by so many detents, each of which takes so long: above zero
// the way on which a leads, which is clockwise. A contact has come to rest, within
// [MaxBounce], before the other one changes, as the makers of encoders promise
// up to a speed.
func (k *Knob) Turn(t *scheduler.Task, detents int, perDetent time.Duration) error {
	step, codes := 1, detents*k.CodesPerDetent
	if detents < 0 {
		step, codes = -1, -codes
	}
	perCode := perDetent / time.Duration(k.CodesPerDetent)
	most := max(1, min(MaxBounce, perCode*3/4))
	next := t.Now()
	for range codes {
		k.phase = (k.phase + step) & 3
		for i, c := range k.channels {
			if err := c.set(t, gray[k.phase][i], most); err != nil {
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
