package simulate

import (
	"image"
	"image/color"
	"strconv"
	"sync"

	"ptvd/plugins/display/font"
)

// A reading is what a picture says to somebody who stands before it.
type reading struct {
	kind  kind
	text  string    // of words, and of the clock
	place int       // of a row: 1 for the next departure
	cells [2]string // of departures: 7, 2h, now, ✗, 🚌7, or nothing
	old   bool      // marked as old
}

type kind int

const (
	strange kind = iota // nobody can read it
	dark
	words
	departures // the minutes to some, large
	row        // one of them, with its text, which is not read
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
		return "[" + r.cells[0] + "|" + r.cells[1] + "]" + mark
	case row:
		return "departure " + strconv.Itoa(r.place) + ": " + r.cells[0] + mark
	case clock:
		return "the clock " + r.text
	}
	return "a picture that nobody can read"
}

const (
	panelWidth = 32
	cellWidth  = 15
)

// picture is the columns of a panel; bit 0 is the top row.
type picture [panelWidth]byte

// cell is the columns of one departure.
type cell [cellWidth]byte

// bottom is the row in which a dotted line marks old data.
const bottom = 1 << 7

// read reads a picture.
func read(p picture) reading {
	if p == (picture{}) {
		return reading{kind: dark}
	}
	all := legends()
	if text, ok := all.clock[p]; ok {
		return reading{kind: clock, text: text}
	}
	old := true
	plain := p
	for x := range plain {
		old = old && plain[x]&bottom == byte(x%2)*bottom
		plain[x] &^= bottom
	}
	if !old {
		plain = p
	}
	if text, ok := all.words[plain]; ok {
		return reading{kind: words, text: text, old: old}
	}
	left, leftOK := all.cells[cell(plain[:cellWidth])]
	right, rightOK := all.cells[cell(plain[panelWidth-cellWidth:])]
	if leftOK && rightOK && plain[cellWidth]|plain[cellWidth+1] == 0 {
		return reading{kind: departures, cells: [2]string{left, right}, old: old}
	}
	return readRow(plain, old)
}

// readRow reads what stands at the right end of the departures page: what is to be
// said of the time, and beside it, from the second departure on, as many dots.
func readRow(p picture, old bool) reading {
	const dots = 1<<0 | 1<<2
	for width := cellWidth; width > 0; width-- {
		gap, end := p[panelWidth-width-3:][:3], p[panelWidth-width:]
		badge, ok := legends().badges[string(end)]
		switch {
		case !ok || gap[2] != 0:
		case gap[1] == 0:
			return reading{kind: row, cells: [2]string{badge}, place: 1, old: old}
		case gap[1] == dots && gap[0] == 0:
			return reading{kind: row, cells: [2]string{badge}, place: 2, old: old}
		}
	}
	return reading{}
}

// legend is all that can stand on the panel, by how it looks.
type legend struct {
	words map[picture]string
	clock map[picture]string
	cells map[cell]string
	// badges is the same in small figures, by as many columns as it takes.
	badges map[string]string
}

var legends = sync.OnceValue(func() legend {
	l := legend{map[picture]string{}, map[picture]string{}, map[cell]string{}, map[string]string{}}
	for _, text := range []string{"No clock", "Loading", "No data", "Old data", "No more", "Later"} {
		l.words[centred(font.Text, text)] = text
	}
	l.clock[centred(font.Bold, "--:--")] = "--:--"
	for minute := range 24 * 60 {
		text := strconv.Itoa(100 + minute/60)[1:] + ":" + strconv.Itoa(100 + minute%60)[1:]
		l.clock[centred(font.Bold, text)] = text
	}
	for _, text := range []string{"", "now", "✗", "🚌"} {
		l.add(text)
	}
	for n := range 100 {
		number := strconv.Itoa(n)
		l.add(number)
		l.add("🚌" + number)
		l.add(number + "h")
		l.add(number + "d")
		l.add("🚌" + number + "h")
	}
	return l
})

// add draws the text of a cell: figures that can be read from far away where they
// are all of it.
func (l legend) add(text string) {
	face := font.Text
	if text != "" {
		p := drawn(face, 0, face.Width(text), text)
		l.badges[string(p[:face.Width(text)])] = text
	}
	if font.Bold.Has(text) {
		face = font.Bold
	}
	if face.Width(text) <= cellWidth {
		p := drawn(face, cellWidth-face.Width(text), cellWidth, text)
		l.cells[cell(p[:cellWidth])] = text
	}
}

func centred(face *font.Face, text string) picture {
	return drawn(face, (panelWidth-face.Width(text))/2, panelWidth, text)
}

func drawn(face *font.Face, x, width int, text string) picture {
	on := image.NewGray(image.Rect(0, 0, width, font.Height))
	face.Draw(on, x, 0, text)
	return columns(on)
}

// columns takes an image apart.
func columns(from *image.Gray) (p picture) {
	for x := range from.Rect.Dx() {
		for y := range from.Rect.Dy() {
			if from.GrayAt(x, y) != (color.Gray{}) {
				p[x] |= 1 << y
			}
		}
	}
	return p
}
