package simulate

import (
	"math"
	"math/rand/v2"
	"syscall"
	"time"

	"ptvd/internal/scheduler"
)

// cable connects the panel to its SPI port.
type cable struct {
	unplugged bool
	failing   bool
}

// cableRecovery limits how long it takes until the panel is correct again: both the
// longest pause before a failed port is tried again and the period of complete
// refreshes are a minute.
const cableRecovery = time.Minute + 5*time.Second

// fault is the family: transfers fail, or the panel is unplugged, which SPI cannot
// detect.
func (c *cable) fault(w *World) fault {
	return fault{
		name: "panel", rests: 3 * time.Hour, lasts: 3 * time.Minute,
		begin: func(rng *rand.Rand) string {
			w.oracle.ignoreUntil = scheduler.Never
			c.unplugged, c.failing = rng.IntN(2) == 0, rng.IntN(2) == 0
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
			return "power lost for a moment"
		},
		end: func() {
			if c.unplugged {
				w.panel.PowerCycle()
			}
			c.unplugged, c.failing = false, false
			c.attach(w)
			w.oracle.ignoreUntil = w.clock.Now().Add(cableRecovery)
		},
	}
}

// attach connects the panel to the current board.
func (c *cable) attach(w *World) {
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
