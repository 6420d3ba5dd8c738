package simulate

import (
	"strconv"
	"strings"
	"sync"

	"ptvd/plugins/panel/font"
)

// legend is all that can stand on the panel, by how it looks.
type legend struct {
	words  map[picture]string // as they stand, without what is dark beside them
	clock  map[picture]string
	cells  map[picture]string // the minutes to one departure, cellWidth wide
	badges map[picture]string // the same in small figures, as wide as they are
	glyphs map[picture]rune   // single letters
}

// cellWidth is how many columns the minutes page has for a departure, and cellGap
// how many stay dark between two.
const (
	cellWidth = 15
	cellGap   = 2
)

var legends = sync.OnceValue(func() legend {
	l := legend{map[picture]string{}, map[picture]string{}, map[picture]string{}, map[picture]string{}, map[picture]rune{}}
	for _, text := range []string{"No clock", "Loading", "No data", "Old data", "No more", "Missed", "Later"} {
		whole := letters(font.Text, text)
		l.words[whole], l.words[whole.above()] = text, text
	}
	l.clock[letters(font.Bold, "--:--").trimmed()] = "--:--"
	for minute := range 24 * 60 {
		text := strconv.Itoa(100 + minute/60)[1:] + ":" + strconv.Itoa(100 + minute%60)[1:]
		l.clock[letters(font.Bold, text).trimmed()] = text
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
	for r := '~'; r > ' '; r-- { // of two that look the same, the first one
		glyph := letters(font.Text, string(r)).trimmed()
		l.glyphs[glyph], l.glyphs[glyph.above()] = r, r
	}
	return l
})

// add draws the text of a cell: figures that can be read from far away where they
// are all of it.
func (l legend) add(text string) {
	face := font.Text
	if text != "" {
		l.badges[letters(face, text)] = text
	}
	if font.Bold.Has(text) {
		face = font.Bold
	}
	if face.Width(text) <= cellWidth {
		l.cells[drawn(face, cellWidth-face.Width(text), cellWidth, text)] = text
	}
}

// spell reads a piece of a text letter by letter, for people. What is cut off at an
// end is another letter, or none.
func (l legend) spell(p picture) string {
	var text strings.Builder
	dark := 0
	for run := range strings.SplitSeq(string(p.trimmed()), blank) {
		if run == "" {
			dark++
			continue
		}
		if dark > 1 {
			text.WriteByte(' ')
		}
		dark = 0
		r, ok := l.glyphs[picture(run)]
		if !ok {
			r = '…'
		}
		text.WriteRune(r)
	}
	return text.String()
}
