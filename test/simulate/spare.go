package simulate

import (
	"fmt"
	"strings"
	"time"

	"ptvd/internal/gpio"
)

// spares are the lines of two more buttons, which come, go and change places when
// the configuration is read again; empty: there is no such button.
type spares [2]string

var (
	spareNames = [2]string{"side", "back"}
	spareLines = [2]string{"GPIO22", "GPIO23"}
)

// String returns their part of the configuration.
func (s spares) String() string {
	var text strings.Builder
	for i, line := range s {
		if line != "" {
			fmt.Fprintf(&text, "  %s: {plugin: button, pin: %s, on_click: tally.%[1]s}\n", spareNames[i], line)
		}
	}
	return text.String()
}

// swapped returns them with each button on the other's line.
func (s spares) swapped() spares {
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

// oneMore returns them with a second button, or without it where there is one.
func (s spares) oneMore() spares {
	if s[1] != "" {
		s[1] = ""
		return s
	}
	s[1] = spares{s[0]}.swapped()[0]
	return s
}

// reloading is how long a change may take: another one is waited for before it,
// with a start that hangs in it.
const reloading = 40 * time.Second

// checkSpares presses each of them after a reload, and finds out whether it and
// no other has noticed.
func (w *World) checkSpares() {
	edits, then := w.edits, w.visitor.attention()
	w.sleep(reloading)
	for i, line := range w.house.spares {
		if !then.stillPaid() || !w.lines.settled(w) || w.edits != edits || line == "" {
			continue
		}
		want := w.spared
		want[i]++
		w.board.Drive(line, gpio.Low)
		w.sleep(100 * time.Millisecond)
		w.board.Float(line)
		w.sleep(time.Second)
		if then.stillPaid() && w.edits == edits && w.spared != want {
			w.fail("%s was pressed on %s, and from %v presses there are %v", spareNames[i], line, want, w.spared)
		}
	}
	for _, line := range spareLines {
		used := line == w.house.spares[0] || line == w.house.spares[1]
		if then.stillPaid() && w.lines.settled(w) && w.edits == edits && used != (w.board.User(line) != "") {
			w.fail("%s is in use as %q, and the configuration has %v", line, w.board.User(line), w.house.spares)
		}
	}
}
