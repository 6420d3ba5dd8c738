package simulate

import (
	"math/rand/v2"
	"strings"
	"time"

	"ptvd/internal/config"
)

// reloadFault is the family: somebody edits the configuration while the daemon
// runs, well or badly, and as often as not once more soon after: while the first
// change is not through yet, or what has not taken it waits for its next try.
func (w *World) reloadFault() fault {
	return fault{
		name: "reload", rests: 6 * time.Hour,
		begin: func(dice *rand.Rand) string {
			what := w.edit(dice)
			if dice.IntN(2) == 0 {
				soon := about(dice, 12*time.Second)
				w.clock.Work(func() {
					if w.sleep(soon) {
						w.log.Info("the configuration is edited again", "what", w.edit(dice))
					}
				})
			}
			return what
		},
		end: func() {},
	}
}

// edit changes the configuration in one way and has the daemon read it.
func (w *World) edit(dice *rand.Rand) (what string) {
	if w.daemon == nil {
		return "nobody is there"
	}
	next, read := w.house, func() {}
	text := func() string { return next.text() }
	switch dice.IntN(8) {
	case 0:
		what = "nothing has changed"
	case 1:
		next.brightness, what = 130-next.brightness, "another brightness"
		read = func() { w.oracle.excuse(stopping + lighting) } // the panel may be started anew
	case 2:
		next.count, what = 15-next.count, "other departures"
		read = w.oracle.forgetAnswersSoon
	case 3:
		next.spares, what = next.spares.oneMore(), "one button more or less"
	case 4:
		next.spares, what = next.spares.swapped(), "buttons change places"
	case 5, 6:
		next.turn++
		what = "another chaos"
		if w.chaos.mood == "" {
			w.chaos.startsBadly(dice)
			what += ": " + w.chaos.mood
		}
	default:
		text, what = func() string { return spoil(w.house.text(), dice) }, "nonsense"
	}
	w.reload = func() (*config.File, error) {
		file, err := config.Parse("house.yaml", []byte(text()), 0o600)
		if err != nil {
			return nil, err
		}
		next.file = file
		w.house = next
		w.edits++
		read()
		w.clock.Work(w.checkSpares)
		return file, nil
	}
	w.daemon.Reload()
	return what
}

// stopping is how long a reload may take to stop what it changes.
const stopping = time.Second

// forgetAnswersSoon says that the daemon may know of no departures any more, now or
// once it has stopped what asks for them.
func (o *oracle) forgetAnswersSoon() {
	o.forgetAnswers()
	boots := o.boots
	o.clock.Work(func() {
		if o.sleep(stopping); boots == o.boots {
			o.forgetAnswers()
		}
	})
}

// spoil makes an error in a configuration.
func spoil(text string, dice *rand.Rand) string {
	switch dice.IntN(4) {
	case 0:
		return strings.Replace(text, "plugin: ntp", "plugin: npt", 1)
	case 1:
		return strings.Replace(text, "every: ", "every: x", 1)
	case 2:
		return strings.Replace(text, "tally.click", "tally.clack", 1)
	}
	return text[:len(text)-dice.IntN(len(text)/2)] + "\t{"
}
