package simulate

import (
	"math/rand/v2"
	"time"

	"ptvd/internal/scheduler"
)

// powerFault is the family: the daemon is restarted, or the power fails, sometimes in
// the middle of a write.
func (w *World) powerFault() fault {
	return fault{
		name: "power", rests: 8 * time.Hour,
		begin: func(rng *rand.Rand) string {
			if w.steady {
				return "no failure in this seed"
			}
			switch rng.IntN(3) {
			case 0:
				w.disk.cutNext = true
				return "cut at the next write"
			case 1:
				if w.daemon != nil {
					w.cutPower("now")
				}
				return "cut"
			}
			if w.daemon != nil {
				w.off = about(rng, 10*time.Second)
				w.oracle.shutDown()
				w.askToStop()
			}
			return "restart"
		},
		end: func() {},
	}
}

// cutPower cuts the power of the machine and the panel. The daemon's goroutines cannot
// be killed, so it is stopped, but what it does while stopping has no effect.
func (w *World) cutPower(when string) {
	w.log.Info("power cut", "when", when)
	w.disk.cutNext, w.disk.powered = false, 0
	w.oracle.shutDown()
	w.cut, w.off = true, time.Minute
	w.askToStop()
}

// stop is a request to stop the daemon.
type stop struct {
	at     scheduler.Instant // 0: none was made
	blocks int               // of the loop, until then
}

// maxStop limits how long a stop takes, whatever hangs.
const maxStop = time.Second + epsilon

func (w *World) askToStop() {
	w.stop = stop{w.clock.Now(), w.autopilot.blocks}
	w.daemon.Stop()
}

func (w *World) checkStopTime() {
	took := w.clock.Now().Sub(w.stop.at)
	if w.stop.at != 0 && took > maxStop && w.stop.blocks == w.autopilot.blocks && w.clock.Now() > w.oracle.freeSince() {
		w.fail("stopping took %v", took)
	}
}
