package simulate

import (
	"math"
	"math/rand/v2"
	"syscall"
	"time"

	"ptvd/internal/scheduler"
)

// wire is the way to the panel.
type wire struct {
	unplugged bool
	failing   bool
}

// wireRecovery is how long the daemon may take until the panel is right again: the
// longest pause before it tries a port again is also the period in which it sends
// all, changed or not.
const wireRecovery = time.Minute + 5*time.Second

// fault is the family: transfers fail, or the panel is unplugged, which nobody is
// told.
func (c *wire) fault(w *World) fault {
	return fault{
		name: "panel", rests: 3 * time.Hour, lasts: 3 * time.Minute,
		begin: func(dice *rand.Rand) string {
			w.oracle.excused = scheduler.Never
			c.unplugged, c.failing = dice.IntN(2) == 0, dice.IntN(2) == 0
			c.attach(w)
			switch {
			case c.unplugged && c.failing:
				return "unplugged, and transfers fail"
			case c.unplugged:
				return "unplugged"
			case c.failing:
				return "transfers fail"
			}
			w.panel.PowerCycle()
			return "it lost its power for a moment"
		},
		end: func() {
			if c.unplugged {
				w.panel.PowerCycle()
			}
			c.unplugged, c.failing = false, false
			c.attach(w)
			w.oracle.excused = w.clock.Now().Add(wireRecovery)
		},
	}
}

// attach hangs the panel on the board that there is now.
func (c *wire) attach(w *World) {
	failures := 0
	if c.failing {
		failures = math.MaxInt
	}
	w.board.FailSPI(panelPort, failures, syscall.EIO)
	if c.unplugged {
		w.board.Attach(panelPort, nil)
	} else {
		w.board.Attach(panelPort, w.panel)
	}
}
