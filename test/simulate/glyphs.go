package simulate

import (
	"strconv"
	"strings"
	"sync"

	"ptvd/plugins/panel/font"
)

// glyphSet maps the pictures of all texts that the panel can show to the texts. They
// are without their bottom row, where the marks are, and without dark columns beside
// them.
type glyphSet struct {
	words   map[picture]string
	clock   map[picture]string
	cells   map[picture]string // the minutes to one departure on the minutes page
	badges  map[picture]string // the same in the small font, in their own width
	letters map[picture]rune
}

// cellWidth is how many columns a departure has on the minutes page, cellGap how many
// dark columns are between two. widestBadge is the width of a bus at a time of day.
const (
	cellWidth   = 15
	cellGap     = 2
	widestBadge = 27
)

var glyphs = sync.OnceValue(func() glyphSet {
	g := glyphSet{map[picture]string{}, map[picture]string{}, map[picture]string{}, map[picture]string{}, map[picture]rune{}}
	for _, text := range []string{"No clock", "Loading", "No data", "Old data", "No more", "Missed", "Later", "Filter?"} {
		whole := letters(font.Text, text)
		g.words[whole], g.words[whole.above()] = text, text
	}
	g.clock[letters(font.Bold, "--:--").trimmed()] = "--:--"
	for minute := range 24 * 60 {
		text := strconv.Itoa(100 + minute/60)[1:] + ":" + strconv.Itoa(100 + minute%60)[1:]
		g.clock[letters(font.Bold, text).trimmed()] = text
		g.add(text)
		g.add("🚌" + text)
	}
	for _, text := range []string{"", "now", "✗"} {
		g.add(text)
	}
	for n := range 100 {
		number := strconv.Itoa(n)
		g.add(number)
		g.add("🚌" + number)
		g.add(number + "d")
	}
	for r := '~'; r > ' '; r-- { // of two that look the same the first one remains
		glyph := letters(font.Text, string(r)).trimmed()
		g.letters[glyph], g.letters[glyph.above()] = r, r
	}
	return g
})

// add adds the text of a badge.
func (g glyphSet) add(text string) {
	if text != "" {
		g.badges[letters(font.Text, text).above()] = text
	}
	g.cells[letters(cellFont(text), text).above().trimmed()] = text
}

// cellFont returns the font of a text on the minutes page: the bold one, if that has all
// of its characters.
func cellFont(text string) *font.Face {
	if font.Bold.Has(text) {
		return font.Bold
	}
	return font.Text
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
