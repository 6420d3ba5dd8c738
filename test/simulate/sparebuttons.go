package simulate

import (
	"fmt"
	"strings"
	"time"

	"ptvd/internal/gpio"
)

// spareButtons are the lines of two more buttons, which reloads add, remove and swap.
// An empty line means no button.
type spareButtons [2]string

var (
	spareNames = [2]string{"side", "back"}
	spareLines = [2]string{"GPIO22", "GPIO23"}
)

// String returns the buttons' part of the configuration.
func (s spareButtons) String() string {
	var text strings.Builder
	for i, line := range s {
		if line != "" {
			fmt.Fprintf(&text, "  %s: {plugin: button, pin: %s, on_click: counter.%[1]s}\n", spareNames[i], line)
		}
	}
	return text.String()
}

// swapped returns the buttons with their lines swapped.
func (s spareButtons) swapped() spareButtons {
	for i, line := range s {
		switch line {
		case spareLines[0]:
			s[i] = spareLines[1]
		case spareLines[1]:
			s[i] = spareLines[0]
		}
	}
	return s
}

// toggled returns the buttons with the second one added or removed.
func (s spareButtons) toggled() spareButtons {
	if s[1] != "" {
		s[1] = ""
		return s
	}
	s[1] = spareButtons{s[0]}.swapped()[0]
	return s
}

// reloading limits how long a change takes, including a previous reload in which a
// start hangs.
const reloading = 40 * time.Second

// checkSpares presses each button after a reload, and checks that only its own action
// is called.
func (w *World) checkSpares() {
	edits, then := w.edits, w.autopilot.readiness()
	w.sleep(reloading)
	for i, line := range w.config.spares {
		if !then.lasted() || !w.chip.recovered(w) || w.edits != edits || line == "" {
			continue
		}
		want := w.spared
		want[i]++
		w.board.Drive(line, gpio.Low)
		w.sleep(100 * time.Millisecond)
		w.board.Float(line)
		w.sleep(time.Second)
		if then.lasted() && w.edits == edits && w.spared != want {
			w.fail("after a press of %s on %s: clicks %v, want %v", spareNames[i], line, w.spared, want)
		}
	}
	for _, line := range spareLines {
		used := line == w.config.spares[0] || line == w.config.spares[1]
		if then.lasted() && w.chip.recovered(w) && w.edits == edits && used != (w.board.User(line) != "") {
			w.fail("%s is in use by %q, but the configuration has %v", line, w.board.User(line), w.config.spares)
		}
	}
}
