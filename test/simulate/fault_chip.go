package simulate

import (
	"math/rand/v2"
	"time"

	"ptvd/internal/scheduler"
)

// lines are the board's GPIO lines, as long as there is a chip that they belong to.
type lines struct {
	gone   bool
	losses int
	back   scheduler.Instant // when it came back
}

// fault is the family: the chip goes, and comes back.
func (l *lines) fault(w *World) fault {
	return fault{
		name: "gpio chip", rests: 6 * time.Hour, lasts: 3 * time.Minute,
		begin: func(*rand.Rand) string {
			l.gone = true
			l.losses++
			l.attach(w)
			return "gone"
		},
		end: func() {
			l.gone, l.back = false, w.clock.Now()
			l.attach(w)
			w.clock.Work(func() { l.mustBeOpened(w) })
		},
	}
}

// chipRecovery is how long it may take until the lines are open again.
const chipRecovery = 90 * time.Second

func (l *lines) mustBeOpened(w *World) {
	boots, losses := w.boots, l.losses
	w.sleep(chipRecovery)
	if boots != w.boots || losses != l.losses || !w.oracle.on {
		return
	}
	for _, line := range []string{buttonLine, knobLineA, knobLineB} {
		if w.board.User(line) == "" {
			w.fail("%v after the chip came back nobody has opened %s", chipRecovery, line)
		}
	}
}

// settled tells whether whoever uses the lines has had the time to open them.
func (l *lines) settled(w *World) bool {
	return !l.gone && (l.losses == 0 || w.clock.Now() > l.back.Add(chipRecovery+2*time.Second))
}

// attach makes the board that there is now as it should be.
func (l *lines) attach(w *World) {
	if l.gone {
		w.board.LoseChip()
	} else {
		w.board.ReturnChip()
	}
}
