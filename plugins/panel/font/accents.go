package font

import (
	"encoding/binary"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// marks are the accents, in the two rows above a letter whose width is odd or even, and
// in the row below it. A line is as wide as the letters that it fits best.
var marks = map[rune]struct {
	odd, even string
	below     bool
}{
	'\u0300': {odd: "#.. .#.", even: ".#.. ..#."},     // grave
	'\u0301': {odd: "..# .#.", even: "..#. .#.."},     // acute
	'\u0302': {odd: ".#. #.#", even: ".##. #..#"},     // circumflex
	'\u0303': {odd: "### ...", even: "##.# #.##"},     // tilde
	'\u0304': {odd: "... ###", even: "#### ...."},     // macron
	'\u0307': {odd: ".#. ...", even: ".##. ...."},     // dot above
	'\u0308': {odd: "#.# ...", even: "#..# ...."},     // diaeresis
	'\u030a': {odd: ".#. .#.", even: ".##. .##."},     // ring
	'\u030c': {odd: "#.# .#.", even: "#..# .##."},     // caron
	'\u0327': {odd: ".#.", even: ".#..", below: true}, // cedilla
	'\u0328': {odd: "..#", even: "...#", below: true}, // ogonek
}

// addAccents adds the letters of Latin script that are one of the face with a mark for
// which there is room. Where there is none above capitals, they are lowered to the height
// of small letters. What would look like another character, as Û like 0, is left out.
func (f *Face) addAccents() {
	taken := map[string]rune{}
	for r, g := range f.glyphs {
		taken[g.key()] = r
	}
	for _, area := range [][2]rune{{0xc0, 0x24f}, {0x1e00, 0x1eff}} {
		for r := area[0]; r <= area[1]; r++ {
			parts := []rune(string(norm.NFD.PropertiesString(string(r)).Decomposition())) // String takes a kilobyte
			if len(parts) != 2 || f.glyphs[r] != nil {
				continue
			}
			mark, known := marks[parts[1]]
			letter := f.glyphs[parts[0]]
			if !known || letter == nil {
				continue
			}
			top := f.Above
			switch {
			case mark.below:
				top += f.Base
			case unicode.IsUpper(parts[0]) && f.Above >= 2:
				top -= 2
			case unicode.IsUpper(parts[0]):
				letter = lowered(letter)
			case parts[0] == 'i':
				letter = f.withoutDot(letter)
			}
			art := mark.even
			if len(letter)%2 == 1 {
				art = mark.odd
			}
			drawn, ok := accented(letter, strings.Fields(art), top)
			if other := taken[drawn.key()]; ok && (other == 0 || unicode.ToLower(other) == unicode.ToLower(r)) {
				f.glyphs[r], taken[drawn.key()] = drawn, r
			}
		}
	}
}

// lowered returns a capital of Text without two of its rows, so that its two upper ones
// are free.
func lowered(letter glyph) (free glyph) {
	for _, column := range letter {
		free = append(free, column&3<<2|column>>3&3<<4|column>>6<<6)
	}
	return free
}

// withoutDot returns an i without its dot, and with room for a mark at its sides.
func (f *Face) withoutDot(letter glyph) (free glyph) {
	for _, column := range letter {
		free = append(free, column&^(3<<f.Above))
	}
	if len(free) == 1 {
		free = glyph{0, free[0], 0}
	}
	return free
}

// accented adds a mark to a letter, in the middle; not where it would touch the letter.
func accented(letter glyph, rows []string, top int) (drawn glyph, ok bool) {
	drawn = append(drawn, letter...)
	left := (len(letter) - len(rows[0])) / 2
	for y, row := range rows {
		for x, pixel := range row {
			if pixel != '#' {
				continue
			}
			if left+x < 0 || left+x >= len(drawn) {
				return nil, false
			}
			drawn[left+x] |= 1 << (top + y)
		}
		for _, column := range letter {
			if column>>(top+y)&1 != 0 {
				return nil, false
			}
		}
	}
	return drawn, true
}

// key returns what is the same for glyphs that look the same.
func (g glyph) key() string {
	var key []byte
	for _, column := range g {
		key = binary.LittleEndian.AppendUint64(key, column)
	}
	return string(key)
}

// glyphsOf yields what is drawn of a text, letter by letter.
func (f *Face) glyphsOf(text string) func(yield func(glyph) bool) {
	return func(yield func(glyph) bool) {
		for _, r := range norm.NFC.String(text) {
			if g, drawn := f.glyphs[r]; drawn {
				if !yield(g) {
					return
				}
				continue
			}
			letters, ok := f.spell(r)
			if !ok {
				letters = string(missing)
			}
			for _, letter := range letters {
				if !yield(f.glyphs[letter]) {
					return
				}
			}
		}
	}
}
