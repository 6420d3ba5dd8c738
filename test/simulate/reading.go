package simulate

import (
	"slices"
	"strconv"
	"strings"

	"ptvd/plugins/panel/font"
)

// A reading is the content of a picture.
type reading struct {
	kind  kind
	text  string           // of words, and of the clock
	cells [maxCells]string // of departures: 7, 2h, now, ✗, 🚌7, or ""; a row has one
	place int              // of a row: 1 for the next departure
	piece picture          // of a row: the visible part of its text
	old   bool             // marked as old
}

// maxCells is how many departures fit side by side on the widest panel used here.
const maxCells = 3

type kind int

const (
	unreadable kind = iota
	dark
	words
	departures // the minutes to the next departures, large
	row        // one departure, with its text
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
		return "departure " + strconv.Itoa(r.place) + ": " + glyphs().spell(r.piece) + " " + r.cells[0] + mark
	case clock:
		return "the clock " + r.text
	}
	return "an unreadable picture"
}

// read reads a picture.
func read(p picture) reading {
	if p.dark() {
		return reading{kind: dark}
	}
	if text, ok := glyphs().clock[p.trimmed()]; ok && p == centered(font.Bold, len(p), text) {
		return reading{kind: clock, text: text}
	}
	p, old := p.unmarked()
	if text, ok := glyphs().words[p.trimmed()]; ok && p.above() == centered(font.Text, len(p), text).above() {
		return reading{kind: words, text: text, old: old}
	}
	if cells, ok := readMinutes(p); ok {
		return reading{kind: departures, cells: cells, old: old}
	}
	r := readRow(p)
	r.old = old
	return r
}

// cellsOn returns how many departures fit on the minutes page of a panel.
func cellsOn(width int) int { return (width + cellGap) / (cellWidth + cellGap) }

// readMinutes reads the cells of the minutes page. Everything between them is dark.
func readMinutes(p picture) (cells [maxCells]string, ok bool) {
	n, rest := cellsOn(len(p)), []byte(p)
	for i := range n {
		right := (len(p)+cellGap)*(i+1)/n - cellGap
		if cells[i], ok = glyphs().cells[p[right-cellWidth:right]]; !ok {
			return cells, false
		}
		clear(rest[right-cellWidth : right])
	}
	return cells, picture(rest).dark()
}

// readRow reads a row of the departures page: a part of the text, from the second
// departure on a column of dots that counts the departures, and the badge with the
// minutes at the right end.
func readRow(p picture) reading {
	for width := cellWidth; width > 0; width-- {
		at := len(p) - width
		badge, ok := glyphs().badges[p[at:]]
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

// dots are the columns that mark the second, third and fourth departure.
var dots = []byte{0b101, 0b10101, 0b1010101}
