// Package font has the letters of a panel that is eight pixels high.
//
// They are drawn in text.txt and bold.txt, where a # is a lit pixel, and belong
// to this project. Seven rows stand on the base line; the eighth is for the tails
// of g, j, p, q and y.
package font

import (
	_ "embed"
	"fmt"
	"image"
	"image/color"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Height is the height of every face in pixels.
const Height = 8

//go:embed text.txt
var text string

//go:embed bold.txt
var bold string

var (
	// Text is narrow, so that a word fits on a panel: ASCII, accented letters where
	// there is room for the accent, 🚌 for a bus and ✗ for a cancelled one. Letters of
	// other alphabets are drawn as Latin ones, and what cannot be is drawn as □.
	Text = mustParse(text)

	// Bold is for digits that are read from across a room: 0 to 9, colon,
	// hyphen, space and ✗.
	Bold = mustParse(bold)
)

// Face is a proportional bitmap font.
type Face struct{ glyphs map[rune]glyph }

// glyph is a letter, column by column; bit 0 is the top row.
type glyph []byte

// gap is the space between two letters in pixels.
const gap = 1

// missing is drawn for a character that a face lacks.
const missing = '□'

// Has tells whether the face has every character of a text.
func (f *Face) Has(text string) bool {
	for _, r := range text {
		if f.glyphs[r] == nil {
			return false
		}
	}
	return true
}

// Lacks returns the characters of a text that are drawn as □, each once.
func (f *Face) Lacks(text string) string {
	var lacks []rune
	for _, r := range norm.NFC.String(text) {
		if f.glyphs[r] != nil || slices.Contains(lacks, r) {
			continue
		}
		if _, ok := f.spell(r); !ok {
			lacks = append(lacks, r)
		}
	}
	return string(lacks)
}

// Width returns the width of a text in pixels.
func (f *Face) Width(text string) int {
	width := 0
	for g := range f.glyphsOf(text) {
		width += len(g) + gap
	}
	return max(0, width-gap)
}

// Draw lights the pixels of a text whose upper left corner is at x, y. What is
// outside the picture is left out.
func (f *Face) Draw(on *image.Gray, x, y int, text string) {
	for g := range f.glyphsOf(text) {
		if x >= on.Rect.Max.X {
			return
		}
		for _, column := range g {
			for row := range Height {
				if column>>row&1 != 0 {
					on.SetGray(x, y+row, color.Gray{Y: 0xff})
				}
			}
			x++
		}
		x += gap
	}
}

// parse reads a face: blocks of glyphs side by side, each block under a line that
// names them, with an empty line between blocks. ␣ names the space.
func parse(art string) (*Face, error) {
	face := &Face{glyphs: map[rune]glyph{}}
	for block := range strings.SplitSeq(strings.TrimSpace(art), "\n\n") {
		lines := strings.Split(block, "\n")
		names, rows := strings.Fields(lines[0]), lines[1:]
		if len(rows) > Height {
			return nil, fmt.Errorf("the block %q is %d rows high, not %d at most", lines[0], len(rows), Height)
		}
		for y, row := range rows {
			pixels := strings.Fields(row)
			if len(pixels) != len(names) {
				return nil, fmt.Errorf("row %d of the block %q has %d glyphs, not %d", y+1, lines[0], len(pixels), len(names))
			}
			for i, name := range names {
				if err := face.addRow(name, y, pixels[i]); err != nil {
					return nil, err
				}
			}
		}
	}
	return face, nil
}

func (f *Face) addRow(name string, y int, pixels string) error {
	r, size := utf8.DecodeRuneInString(name)
	if size != len(name) {
		return fmt.Errorf("%q is not a single character", name)
	}
	if r == '␣' {
		r = ' '
	}
	if y == 0 {
		if f.glyphs[r] != nil {
			return fmt.Errorf("%q is drawn twice", name)
		}
		f.glyphs[r] = make(glyph, len(pixels))
	}
	if len(pixels) != len(f.glyphs[r]) {
		return fmt.Errorf("%q has another width in row %d", name, y+1)
	}
	for x := range pixels {
		switch pixels[x] {
		case '#':
			f.glyphs[r][x] |= 1 << y
		case '.':
		default:
			return fmt.Errorf("%q has a pixel %q in row %d: a lit one is #, a dark one a dot", name, pixels[x], y+1)
		}
	}
	return nil
}

// mustParse parses the faces that are part of the program.
func mustParse(art string) *Face {
	face, err := parse(art)
	if err != nil {
		panic("font: " + err.Error())
	}
	face.addAccents()
	return face
}
