package font

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// parse reads a face: blocks of glyphs side by side, each block under a line that
// names them, with an empty line between blocks. ␣ names the space. So many rows of a glyph
// stand on the base line.
func parse(art string, height, base int) (*Face, error) {
	face := &Face{Height: height, Base: base, gap: 1, glyphs: map[rune]glyph{}}
	for block := range strings.SplitSeq(strings.TrimSpace(art), "\n\n") {
		lines := strings.Split(block, "\n")
		names, rows := strings.Fields(lines[0]), lines[1:]
		if len(rows) > height {
			return nil, fmt.Errorf("the block %q is %d rows high, not %d at most", lines[0], len(rows), height)
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
