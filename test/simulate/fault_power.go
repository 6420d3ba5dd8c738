package simulate

import (
	"math/rand/v2"
	"time"

	"ptvd/internal/scheduler"
)

// powerFault is the family: the daemon is stopped and started, or the power goes
// without a warning, best in the middle of a write.
func (w *World) powerFault() fault {
	return fault{
		name: "power", rests: 8 * time.Hour,
		begin: func(dice *rand.Rand) string {
			if w.steady {
				return "stays on"
			}
			switch dice.IntN(3) {
			case 0:
				w.disk.cutNext = true
				return "to be cut at the next write"
			case 1:
				if w.daemon != nil {
					w.cutPower("now")
				}
				return "cut"
			}
			if w.daemon != nil {
				w.off = about(dice, 10*time.Second)
				w.oracle.shutDown()
				w.askToStop()
			}
			return "restart"
		},
		end: func() {},
	}
}

// cutPower takes the power from the machine and the panel. The daemon is stopped,
// since it cannot be made to vanish; but whatever it still does comes too late.
func (w *World) cutPower(when string) {
	w.log.Info("the power is cut", "when", when)
	w.disk.cutNext, w.disk.powered = false, 0
	w.oracle.shutDown()
	w.cut, w.off = true, time.Minute
	w.askToStop()
}

// stop is when the daemon was asked to.
type stop struct {
	asked  scheduler.Instant // 0: it was not
	stalls int
}

// longestStop is how long it may take, whatever hangs.
const longestStop = time.Second + hair

func (w *World) askToStop() {
	w.stop = stop{w.clock.Now(), w.visitor.stalls}
	w.daemon.Stop()
}

func (w *World) mustHaveStoppedSoon() {
	took := w.clock.Now().Sub(w.stop.asked)
	if w.stop.asked != 0 && took > longestStop && w.stop.stalls == w.visitor.stalls && w.clock.Now() > w.oracle.free() {
		w.fail("the stop took %v", took)
	}
}
