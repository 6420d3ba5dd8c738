package simulate

import (
	"math/rand/v2"
	"strings"
	"time"

	"ptvd/internal/config"
)

// reloadFault is the family: the configuration is edited while the daemon runs,
// correctly or not, and half of the times again soon after: while the first reload is
// in progress, or while an instance that failed to start waits for its restart.
func (w *World) reloadFault() fault {
	return fault{
		name: "reload", rests: 6 * time.Hour,
		begin: func(rng *rand.Rand) string {
			what := w.edit(rng)
			if rng.IntN(2) == 0 {
				soon := about(rng, 12*time.Second)
				w.clock.Work(func() {
					if w.sleep(soon) {
						w.log.Info("configuration edited again", "what", w.edit(rng))
					}
				})
			}
			return what
		},
		end: func() {},
	}
}

// edit changes the configuration and makes the daemon reload it.
func (w *World) edit(rng *rand.Rand) (what string) {
	if w.daemon == nil {
		return "the daemon is not running"
	}
	next, read := w.config, func() {}
	text := func() string { return next.text() }
	switch rng.IntN(8) {
	case 0:
		what = "no change"
	case 1:
		next.brightness, what = 130-next.brightness, "brightness"
		// The panel is restarted. Its first picture follows the transfer in progress.
		read = func() { w.oracle.ignore(stopping + firstPicture + 2*w.slowPanel.most) }
	case 2:
		next.count, what = 15-next.count, "count of departures"
		read = w.oracle.departuresRestarting
	case 3:
		next.spares, what = next.spares.toggled(), "a button added or removed"
	case 4:
		next.spares, what = next.spares.swapped(), "pins of buttons swapped"
	case 5, 6:
		next.chaosVersion++
		what = "version of chaos"
		if w.chaos.mode == "" {
			w.chaos.failStarts(rng)
			what += ": " + w.chaos.mode
		}
	default:
		text, what = func() string { return corrupt(w.config.text(), rng) }, "an error"
	}
	w.reloadWith(next, text, read)
	return what
}

// reloadWith makes the daemon reload the text of a configuration, and calls read when it
// is read and valid.
func (w *World) reloadWith(next configuration, text func() string, read func()) {
	w.reload = func() (*config.File, error) {
		file, err := config.Parse("simulate.yaml", []byte(text()), 0o600)
		if err != nil {
			return nil, err
		}
		next.file = file
		w.config = next
		w.edits++
		read()
		w.clock.Work(w.checkSpares)
		return file, nil
	}
	w.daemon.Reload()
}

// stopping limits how long a reload takes to stop the instances it changes.
const stopping = time.Second

// departuresRestarting tells the oracle that the daemon has no departures from now
// on, or from when it has stopped the instance that requests them.
func (o *oracle) departuresRestarting() {
	o.departuresLost()
	boots := o.boots
	o.clock.Work(func() {
		if o.sleep(stopping); boots == o.boots {
			o.departuresLost()
		}
	})
}

// corrupt makes an error in a configuration.
func corrupt(text string, rng *rand.Rand) string {
	switch rng.IntN(4) {
	case 0:
		return strings.Replace(text, "plugin: ntp", "plugin: npt", 1)
	case 1:
		return strings.Replace(text, "every: ", "every: x", 1)
	case 2:
		return strings.Replace(text, "counter.click", "counter.clack", 1)
	}
	return text[:len(text)-rng.IntN(len(text)/2)] + "\t{"
}
