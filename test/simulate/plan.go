package simulate

import (
	"math/rand/v2"
	"time"
)

// fault is a family of things that go wrong. It strikes in episodes, with quiet
// between them; several families may strike at once.
type fault struct {
	name  string
	rests time.Duration // the mean quiet before an episode …
	lasts time.Duration // … and the mean length of one
	begin func(dice *rand.Rand) (what string)
	end   func()
}

// faults are all families. Whatever the real world comes up with next gets a file
// of its own, and a line here.
func (w *World) faults() []fault {
	return []fault{
		w.internet.fault(),
		w.internet.night.fault(w),
		w.pool.fault(),
		w.civil.fault(),
		w.wire.fault(w),
		w.slowPanel.fault("slow panel"),
		w.slowDisk.fault("slow disk"),
		w.lines.fault(w),
		w.disk.fault(),
		w.chaos.fault(),
		w.reloadFault(),
		w.powerFault(),
	}
}

// suffer is the life of one family of faults, until the world becomes calm.
func (w *World) suffer(f fault) {
	dice := w.dice(f.name)
	for w.sleep(about(dice, f.rests)) && w.clock.Now() < w.calm {
		what := f.begin(dice)
		w.log.Info("it begins", "fault", f.name, "what", what)
		w.sleep(min(about(dice, f.lasts), w.calm.Sub(w.clock.Now())))
		f.end()
		w.log.Info("it is over", "fault", f.name, "what", what)
	}
}

// about returns a time around a mean: mostly less, now and then much more.
func about(dice *rand.Rand, mean time.Duration) time.Duration {
	return time.Duration(float64(mean) * min(max(dice.ExpFloat64(), 0.02), 5))
}
