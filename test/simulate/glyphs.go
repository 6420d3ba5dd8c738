package simulate

import (
	"strconv"
	"strings"
	"sync"

	"ptvd/plugins/panel/font"
)

// glyphSet maps the pictures of all texts that the panel can show to the texts.
type glyphSet struct {
	words   map[picture]string // without the dark columns beside them
	clock   map[picture]string
	cells   map[picture]string // the minutes to one departure, cellWidth wide
	badges  map[picture]string // the same in the small font, in their own width
	letters map[picture]rune
}

// cellWidth is how many columns a departure has on the minutes page, cellGap how many
// dark columns are between two.
const (
	cellWidth = 15
	cellGap   = 2
)

var glyphs = sync.OnceValue(func() glyphSet {
	g := glyphSet{map[picture]string{}, map[picture]string{}, map[picture]string{}, map[picture]string{}, map[picture]rune{}}
	for _, text := range []string{"No clock", "Loading", "No data", "Old data", "No more", "Missed", "Later"} {
		whole := letters(font.Text, text)
		g.words[whole], g.words[whole.above()] = text, text
	}
	g.clock[letters(font.Bold, "--:--").trimmed()] = "--:--"
	for minute := range 24 * 60 {
		text := strconv.Itoa(100 + minute/60)[1:] + ":" + strconv.Itoa(100 + minute%60)[1:]
		g.clock[letters(font.Bold, text).trimmed()] = text
	}
	for _, text := range []string{"", "now", "✗", "🚌"} {
		g.add(text)
	}
	for n := range 100 {
		number := strconv.Itoa(n)
		g.add(number)
		g.add("🚌" + number)
		g.add(number + "h")
		g.add(number + "d")
		g.add("🚌" + number + "h")
	}
	for r := '~'; r > ' '; r-- { // of two that look the same the first one remains
		glyph := letters(font.Text, string(r)).trimmed()
		g.letters[glyph], g.letters[glyph.above()] = r, r
	}
	return g
})

// add adds the text of a cell, in the bold font if that has all of its characters.
func (g glyphSet) add(text string) {
	face := font.Text
	if text != "" {
		g.badges[letters(face, text)] = text
	}
	if font.Bold.Has(text) {
		face = font.Bold
	}
	if face.Width(text) <= cellWidth {
		g.cells[drawn(face, cellWidth-face.Width(text), cellWidth, text)] = text
	}
}

// spell reads a part of a text letter by letter, for messages. Letters that are cut
// off are read wrongly.
func (g glyphSet) spell(p picture) string {
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
		r, ok := g.letters[picture(run)]
		if !ok {
			r = '…'
		}
		text.WriteRune(r)
	}
	return text.String()
}
