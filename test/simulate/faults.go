package simulate

import (
	"math/rand/v2"
	"time"
)

// fault is a family of faults. It is active in episodes, and several families may be
// active at once.
type fault struct {
	name  string
	rests time.Duration // the mean pause before an episode
	lasts time.Duration // the mean length of an episode
	begin func(rng *rand.Rand) (what string)
	end   func()
}

// faults returns all families.
func (w *World) faults() []fault {
	return []fault{
		w.internet.fault(),
		w.internet.others[motisHost].fault(),
		w.internet.others[tramsHost].fault(),
		w.viewFault(),
		w.internet.tracks.fault(),
		w.internet.night.fault(w),
		w.internet.rows.fault(w),
		w.pool.fault(),
		w.systemClock.fault(),
		w.cable.fault(w),
		w.slowPanel.fault("slow panel"),
		w.slowDisk.fault("slow disk"),
		w.chip.fault(w),
		w.disk.fault(),
		w.chaos.fault(),
		w.reloadFault(),
		w.filterFault(),
		w.powerFault(),
	}
}

// runFault begins and ends a family of faults until the calm at the end of the run.
func (w *World) runFault(f fault) {
	rng := w.rng(f.name)
	for w.sleep(about(rng, f.rests)) && w.clock.Now() < w.calm {
		what := f.begin(rng)
		w.log.Info("fault begins", "fault", f.name, "what", what)
		w.sleep(min(about(rng, f.lasts), w.calm.Sub(w.clock.Now())))
		f.end()
		w.log.Info("fault ends", "fault", f.name, "what", what)
	}
}

// about returns an exponentially distributed duration with the given mean, at most five
// times the mean.
func about(rng *rand.Rand, mean time.Duration) time.Duration {
	return time.Duration(float64(mean) * min(max(rng.ExpFloat64(), 0.02), 5))
}
