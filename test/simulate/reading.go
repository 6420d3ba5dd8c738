package simulate

import (
	"slices"
	"strconv"
	"strings"

	"ptvd/internal/scheduler"
	"ptvd/plugins/panel/font"
)

// A reading is the content of a picture.
type reading struct {
	kind  kind
	text  string           // of words, and of the clock
	cells [maxCells]string // of departures: 7, 09:42, now, ✗, 🚌7, or "", with a ~ if by the timetable; a row has one
	place int              // of a row: 1 for the next departure
	piece picture          // of a row: the visible part of its text
	marks                  // of old data and of the stand-in
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
	if r.standIn {
		mark += ", of the stand-in"
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
	m := p.marks()
	if text, ok := glyphs().words[p.above().trimmed()]; ok && p.above() == centered(font.Text, len(p), text).above() {
		return reading{kind: words, text: text, marks: m}
	}
	if cells, ok := readMinutes(p, m); ok {
		return reading{kind: departures, cells: cells, marks: m}
	}
	return readRow(p, m)
}

// cellsOn returns how many departures fit on the minutes page of a panel.
func cellsOn(width int) int { return (width + cellGap) / (cellWidth + cellGap) }

// readMinutes reads the cells of the minutes page. Everything between them is dark. A
// time of day takes two.
func readMinutes(p picture, m marks) (cells [maxCells]string, ok bool) {
	n, left := cellsOn(len(p)), 0
	for i, at := 0, 0; at < n; i++ {
		right := func(cell int) int { return (len(p)+cellGap)*(cell+1)/n - cellGap }
		text, ok := "", false
		if at+1 < n {
			text, ok = readCell(p, left, right(at+1), m)
			ok = ok && strings.Contains(text, ":")
		}
		if ok {
			at += 2
		} else if text, ok = readCell(p, left, right(at), m); !ok {
			return cells, false
		} else {
			at++
		}
		cells[i], left = text, right(at-1)
	}
	return cells, true
}

// readCell reads a badge at the right end of some columns that are dark otherwise.
func readCell(p picture, from, to int, m marks) (string, bool) {
	part := p[from:to].above()
	text, ok := glyphs().cells[part.trimmed()]
	left := to - cellFont(text).Width(text)
	if !ok || left < from || part != drawn(cellFont(text), left-from, to-from, text).above() || !p.bottomIs(false, from, left, m) {
		return "", false
	}
	return readLine(p, left, to, text, m)
}

// readLine reads whether a badge has the line below it that marks times of the timetable.
func readLine(p picture, from, to int, text string, m marks) (string, bool) {
	switch {
	case p.bottomIs(false, from, to, m):
		return text, true
	case p.bottomIs(true, from, to, m):
		return text + "~", true
	}
	return "", false
}

// readRow reads a row of the departures page: a part of the text, from the second
// departure on a column of dots that counts the departures, and the badge with the
// minutes at the right end.
func readRow(p picture, m marks) reading {
	clean := p
	if m.any() {
		clean = p.above()
	}
	for width := min(widestBadge, len(p)-3); width > 0; width-- {
		at := len(p) - width
		badge, ok := glyphs().badges[p[at:].above()]
		if ok {
			badge, ok = readLine(p, at, len(p), badge, m)
		}
		gap := clean[at-3 : at]
		r := reading{kind: row, cells: [maxCells]string{badge}, marks: m}
		switch {
		case !ok || gap[2] != 0:
		case gap[1] == 0:
			r.place, r.piece = 1, clean[:at-2]
			return r
		case gap[0] == 0 && slices.Contains(dots, gap[1]):
			r.place, r.piece = 2+slices.Index(dots, gap[1]), clean[:at-3]
			return r
		}
	}
	return reading{marks: m}
}

// dots are the columns that mark the second, third and fourth departure.
var dots = []byte{0b101, 0b10101, 0b1010101}

// badges are what was beside the texts of rows in the last rowTime, the oldest first.
// Each is wider than all after it, since only the widest ones matter.
type badges []beside

// beside is how many columns were beside a text, and since when.
type beside struct {
	columns int
	at      scheduler.Instant
}

// add records the columns beside a text, and returns by how many they are fewer than
// the most within the last rowTime.
func (b *badges) add(columns int, at scheduler.Instant) (narrowed int) {
	all := *b
	for len(all) > 0 && all[0].at.Add(rowTime) < at {
		all = all[1:]
	}
	for len(all) > 0 && all[len(all)-1].columns <= columns {
		all = all[:len(all)-1]
	}
	*b = append(all, beside{columns, at})
	return (*b)[0].columns - columns
}
