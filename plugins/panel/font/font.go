// Package font has the letters of a panel.
//
// Those that are eight pixels high are drawn in text.txt and bold.txt, where a # is a lit
// pixel, and belong to this project. Seven rows stand on the base line; the eighth is for
// the tails of g, j, p, q and y. Larger ones are those of golang.org/x/image, or the
// owner's, read by [Decode].
package font

import (
	"image"
	"math/bits"
	"slices"

	"golang.org/x/text/unicode/norm"
)

// Height is the height of Text and Bold in pixels.
const Height = 8

// Face is a proportional bitmap font.
type Face struct {
	// Height is how many rows a line of text takes, from the top of a capital to the lowest
	// tail. Accents of capitals may stand above it.
	Height int

	// Base is how many of them are above the base line.
	Base int

	// Above is how many rows for accents are above a capital.
	Above int

	gap    int // the space between two letters in pixels
	scale  int // how large a pixel of a glyph is; 0 is 1
	glyphs map[rune]glyph
}

// glyph is a letter, column by column; bit 0 is the top row of those above a capital.
type glyph []uint64

// maxRows is how high a glyph can be, and how wide.
const maxRows = 64

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
		width += len(g) + f.gap
	}
	return max(0, width-f.gap) * max(1, f.scale)
}

// Scaled returns the face with pixels that are so many pixels large.
func (f *Face) Scaled(by int) *Face {
	scaled := *f
	scaled.scale = max(1, f.scale) * by
	scaled.Height *= by
	scaled.Base *= by
	scaled.Above *= by
	return &scaled
}

// Draw lights the pixels of a text whose upper left corner is at x, y. What is
// outside the picture is left out.
func (f *Face) Draw(on *image.Gray, x, y int, text string) { f.DrawLevel(on, x, y, text, 0xff) }

// DrawLevel is Draw with another level than white, such as 0 for dark letters.
func (f *Face) DrawLevel(on *image.Gray, x, y int, text string, level uint8) {
	scale := max(1, f.scale)
	y -= f.Above
	for g := range f.glyphsOf(text) {
		if x >= on.Rect.Max.X {
			return
		}
		if scale == 1 {
			g.draw(on, x, y, level)
		} else {
			g.drawLarge(on, x, y, scale, level)
		}
		x += (len(g) + f.gap) * scale
	}
}

// draw draws the part of a glyph that is in the picture.
func (g glyph) draw(on *image.Gray, x, y int, level uint8) {
	inside := uint64(1)<<max(0, on.Rect.Max.Y-y) - uint64(1)<<max(0, on.Rect.Min.Y-y) // its rows, as bits
	for i, column := range g {
		if x+i < on.Rect.Min.X || x+i >= on.Rect.Max.X {
			continue
		}
		at := on.PixOffset(x+i, y)
		for column &= inside; column != 0; column &= column - 1 { // without its uppermost pixel
			on.Pix[at+bits.TrailingZeros64(column)*on.Stride] = level
		}
	}
}

// drawLarge draws a glyph with pixels that are so many pixels large.
func (g glyph) drawLarge(on *image.Gray, x, y, scale int, level uint8) {
	for i, column := range g {
		for ; column != 0; column &= column - 1 {
			left, top := x+i*scale, y+bits.TrailingZeros64(column)*scale
			Fill(on, image.Rect(left, top, left+scale, top+scale), level)
		}
	}
}

// Fill gives the pixels of an area a level. What is outside the picture is left out.
func Fill(on *image.Gray, area image.Rectangle, level uint8) {
	area = area.Intersect(on.Rect)
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			on.Pix[on.PixOffset(x, y)] = level
		}
	}
}
