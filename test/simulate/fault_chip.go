package simulate

import (
	"math/rand/v2"
	"time"

	"ptvd/internal/scheduler"
)

// chip is the board's GPIO chip, which may disappear.
type chip struct {
	gone       bool
	losses     int
	returnedAt scheduler.Instant
}

// fault is the family: the chip disappears for a while.
func (c *chip) fault(w *World) fault {
	return fault{
		name: "gpio chip", rests: 6 * time.Hour, lasts: 3 * time.Minute,
		begin: func(*rand.Rand) string {
			c.gone = true
			c.losses++
			c.attach(w)
			return "gone"
		},
		end: func() {
			c.gone, c.returnedAt = false, w.clock.Now()
			c.attach(w)
			w.clock.Work(func() { c.checkReopened(w) })
		},
	}
}

// chipRecovery limits how long it takes until the lines are open again.
const chipRecovery = 90 * time.Second

func (c *chip) checkReopened(w *World) {
	boots, losses := w.boots, c.losses
	w.sleep(chipRecovery)
	if boots != w.boots || losses != c.losses || !w.oracle.on {
		return
	}
	for _, line := range []string{buttonLine, knobLineA, knobLineB} {
		if w.board.User(line) == "" {
			w.fail("%s is not open %v after the chip returned", line, chipRecovery)
		}
	}
}

// recovered reports whether the lines must be open again.
func (c *chip) recovered(w *World) bool {
	return !c.gone && (c.losses == 0 || w.clock.Now() > c.returnedAt.Add(chipRecovery+2*time.Second))
}

// attach applies the state of the chip to the current board.
func (c *chip) attach(w *World) {
	if c.gone {
		w.board.LoseChip()
	} else {
		w.board.ReturnChip()
	}
}
