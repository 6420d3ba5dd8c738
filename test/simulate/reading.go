package simulate

import (
	"slices"
	"strconv"
	"strings"

	"ptvd/plugins/panel/font"
)

// A reading is what a picture says to somebody who stands before it.
type reading struct {
	kind  kind
	text  string           // of words, and of the clock
	cells [maxCells]string // of departures: 7, 2h, now, ✗, 🚌7, or nothing; of a row its own
	place int              // of a row: 1 for the next departure
	piece picture          // of a row: as much of its text as is to be seen
	old   bool             // marked as old
}

// maxCells is how many departures stand side by side on the widest panel here.
const maxCells = 3

type kind int

const (
	strange kind = iota // nobody can read it
	dark
	words
	departures // the minutes to some, large
	row        // one of them, with its text
	clock
)

func (r reading) String() string {
	mark := ""
	if r.old {
		mark = ", marked as old"
	}
	switch r.kind {
	case dark:
		return "dark"
	case words:
		return strconv.Quote(r.text) + mark
	case departures:
		return "[" + strings.TrimRight(strings.Join(r.cells[:], "|"), "|") + "]" + mark
	case row:
		return "departure " + strconv.Itoa(r.place) + ": " + legends().spell(r.piece) + " " + r.cells[0] + mark
	case clock:
		return "the clock " + r.text
	}
	return "a picture that nobody can read"
}

// read reads a picture.
func read(p picture) reading {
	if p.dark() {
		return reading{kind: dark}
	}
	if text, ok := legends().clock[p.trimmed()]; ok && p == centred(font.Bold, len(p), text) {
		return reading{kind: clock, text: text}
	}
	p, old := p.unmarked()
	if text, ok := legends().words[p.trimmed()]; ok && p.above() == centred(font.Text, len(p), text).above() {
		return reading{kind: words, text: text, old: old}
	}
	if cells, ok := readMinutes(p); ok {
		return reading{kind: departures, cells: cells, old: old}
	}
	r := readRow(p)
	r.old = old
	return r
}

// cellsOn returns how many departures the minutes page of a panel has room for.
func cellsOn(width int) int { return (width + cellGap) / (cellWidth + cellGap) }

// readMinutes reads the cells of the minutes page, between which all is dark.
func readMinutes(p picture) (cells [maxCells]string, ok bool) {
	n, rest := cellsOn(len(p)), []byte(p)
	for i := range n {
		right := (len(p)+cellGap)*(i+1)/n - cellGap
		if cells[i], ok = legends().cells[p[right-cellWidth:right]]; !ok {
			return cells, false
		}
		clear(rest[right-cellWidth : right])
	}
	return cells, picture(rest).dark()
}

// readRow reads the departures page: at its right end what is to be said of the
// time, beside it, from the second departure on, as many dots, and a piece of text.
func readRow(p picture) reading {
	for width := cellWidth; width > 0; width-- {
		at := len(p) - width
		badge, ok := legends().badges[p[at:]]
		gap := p[at-3 : at]
		switch {
		case !ok || gap[2] != 0:
		case gap[1] == 0:
			return reading{kind: row, cells: [maxCells]string{badge}, place: 1, piece: p[:at-2]}
		case gap[0] == 0 && slices.Contains(dots, gap[1]):
			return reading{kind: row, cells: [maxCells]string{badge}, place: 2 + slices.Index(dots, gap[1]), piece: p[:at-3]}
		}
	}
	return reading{}
}

// dots are the columns that tell the second, third and fourth departure.
var dots = []byte{0b101, 0b10101, 0b1010101}
