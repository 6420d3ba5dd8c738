package simulate

import (
	"math/rand/v2"
	"strings"
	"time"

	"ptvd/internal/config"
)

// reloadFault is the family: somebody edits the configuration while the daemon
// runs, well or badly.
func (w *World) reloadFault() fault {
	return fault{
		name: "reload", rests: 6 * time.Hour,
		begin: func(dice *rand.Rand) (what string) {
			if w.daemon == nil {
				return "nobody is there"
			}
			next := w.house
			text := next.text
			switch dice.IntN(4) {
			case 0:
				what = "nothing has changed"
			case 1:
				next.brightness = 130 - next.brightness
				text, what = next.text, "another brightness"
				w.oracle.excuse(lighting) // the panel may be started anew
			case 2:
				next.count = 15 - next.count
				text, what = next.text, "other departures"
				w.oracle.forgetAnswers()
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
				return file, nil
			}
			w.daemon.Reload()
			return what
		},
		end: func() {},
	}
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
