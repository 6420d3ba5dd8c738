package font

import (
	_ "embed"
	"image"
	"sync"
	"unicode"

	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/font/inconsolata"
)

//go:embed text.txt
var text string

//go:embed bold.txt
var bold string

//go:embed signs.txt
var signs string

var (
	// Text is narrow, so that a word fits on a panel: ASCII, accented letters where
	// there is room for the accent, °, 🚌 for a bus and ✗ for a cancelled one. Letters of
	// other alphabets are drawn as Latin ones, and what cannot be is drawn as □.
	Text = mustParse(text, Height, Height-1)

	// Bold is for digits that are read from across a room: 0 to 9, colon,
	// hyphen, space and ✗.
	Bold = mustParse(bold, Height, Height-1)
)

var (
	// Medium has what Text has, with capitals of nine rows: misc-fixed of X11. Its digits
	// are ours, as narrow as those of real boards: two of them fit into three columns of four
	// pixels, as an SSD1322 counts them, and from a colon to the next are four.
	Medium = sync.OnceValue(func() *Face {
		f := fromImage(basicfont.Face7x13, 2, 9)
		for _, r := range "0123456789:." {
			f.glyphs[r] = f.onBaseLine(largeSigns(), r)
		}
		return f
	})

	// Large has what Text has, with capitals of ten rows: Inconsolata.
	Large = sync.OnceValue(func() *Face { return fromImage(inconsolata.Regular8x16, 4, 10) })
)

// mustParse parses the faces that are part of the program.
func mustParse(art string, height, base int) *Face {
	face, err := parse(art, height, base)
	if err != nil {
		panic("font: " + err.Error())
	}
	face.addAccents()
	return face
}

// fromImage makes a face of one whose capitals begin under so many rows and are so many
// rows high. What is half covered is lit.
func fromImage(from *basicfont.Face, above, capital int) *Face {
	f := &Face{Base: capital, Above: above, gap: 1, glyphs: map[rune]glyph{}}
	height := from.Ascent + from.Descent
	f.Height = height - above
	mask := from.Mask.(*image.Alpha)
	for _, area := range from.Ranges {
		for r := area.Low; r < area.High; r++ {
			if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
				continue
			}
			g := make(glyph, from.Width)
			for i, alpha := range mask.Pix[(int(r-area.Low)+area.Offset)*height*mask.Stride:][:height*mask.Stride] {
				if alpha >= 0x80 {
					g[i%mask.Stride] |= 1 << (i / mask.Stride)
				}
			}
			f.glyphs[r] = g
		}
	}
	f.crop()
	f.addAccents()
	f.addSigns()
	return f
}

// crop makes a face proportional that was not. Digits stay equally wide, so that they do
// not jump.
func (f *Face) crop() {
	left, right := maxRows, 0
	for r := '0'; r <= '9'; r++ {
		from, to := f.glyphs[r].inked()
		left, right = min(left, from), max(right, to)
	}
	for r, g := range f.glyphs {
		from, to := g.inked()
		switch {
		case r >= '0' && r <= '9':
			from, to = left, right
		case from >= to:
			from, to = 0, (len(g)-1)/2
		}
		f.glyphs[r] = g[from:to]
	}
}

// inked returns the first column with a lit pixel, and the one after the last.
func (g glyph) inked() (from, to int) {
	for to = len(g); to > 0 && g[to-1] == 0; to-- {
	}
	for from < to && g[from] == 0 {
		from++
	}
	return from, to
}

// largeCapital is the height of a capital from which on a face has the larger signs.
const largeCapital = 9

var largeSigns = sync.OnceValue(func() *Face { return mustParse(signs, largeCapital, largeCapital) })

// addSigns adds the signs of Text that the face lacks.
func (f *Face) addSigns() {
	from := Text
	if f.Base >= largeCapital {
		from = largeSigns()
	}
	for _, r := range "□🚌✗°" {
		if f.glyphs[r] == nil {
			f.glyphs[r] = f.onBaseLine(from, r)
		}
	}
}

// onBaseLine returns a glyph of another face so that it stands on the base line of this one.
func (f *Face) onBaseLine(from *Face, r rune) glyph {
	down := f.Above + f.Base - from.Base
	g := make(glyph, 0, len(from.glyphs[r])+1)
	for _, column := range from.glyphs[r] {
		g = append(g, column<<max(0, down)>>max(0, -down))
	}
	for range 1 - f.gap {
		g = append(g, 0)
	}
	return g
}
