package font

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"strconv"
	"strings"
)

// What Decode reads at most: 4 MiB, 10000 glyphs, each of 64×64 pixels.
const (
	maxFile   = 4 << 20
	maxGlyphs = 10_000
)

// Decode reads a font in the Glyph Bitmap Distribution Format (BDF) 2.1 of Adobe, whose
// characters are numbered by Unicode or ISO 8859-1. An error names its line.
func Decode(from io.Reader) (*Face, error) {
	file := &io.LimitedReader{R: from, N: maxFile + 1}
	d := decoder{lines: bufio.NewScanner(file), face: &Face{glyphs: map[rune]glyph{}}}
	err := d.decode()
	if file.N == 0 {
		err = fmt.Errorf("larger than %d MiB", maxFile>>20)
	}
	switch {
	case err != nil && d.line > 0:
		return nil, fmt.Errorf("line %d: %w", d.line, err)
	case err != nil:
		return nil, err
	}
	return d.face, nil
}

// decoder reads a font line by line.
type decoder struct {
	lines *bufio.Scanner
	line  int
	face  *Face
	box   box // that holds every glyph
}

// box is the place of a glyph: its size, and its lower left corner from the origin.
type box struct{ width, height, x, y int }

// next returns the keyword of the next line and what follows it.
func (d *decoder) next() (keyword string, values []string, err error) {
	for d.lines.Scan() {
		d.line++
		if fields := strings.Fields(d.lines.Text()); len(fields) > 0 && fields[0] != "COMMENT" {
			return fields[0], fields[1:], nil
		}
	}
	if err := d.lines.Err(); err != nil {
		return "", nil, err
	}
	return "", nil, errors.New("the file ends before ENDFONT")
}

func (d *decoder) decode() error {
	keyword, _, err := d.next()
	if err != nil || keyword != "STARTFONT" {
		return errors.Join(err, errors.New("not a font in BDF: it does not begin with STARTFONT"))
	}
	for {
		keyword, values, err := d.next()
		if err != nil {
			return err
		}
		switch keyword {
		case "FONTBOUNDINGBOX":
			d.box, err = parseBox(values)
		case "CHARSET_REGISTRY":
			if name := strings.Trim(strings.Join(values, " "), `"`); name != "ISO10646" && name != "ISO8859" {
				err = fmt.Errorf("the characters are numbered by %s; a font in Unicode (ISO10646) is needed", name)
			}
		case "CHARSET_ENCODING":
			if name := strings.Trim(strings.Join(values, " "), `"`); name != "1" {
				err = fmt.Errorf("the character set is part %s; ISO10646-1 or ISO8859-1 is needed", name)
			}
		case "STARTCHAR":
			err = d.glyph()
		case "ENDFONT":
			return d.finish()
		}
		if err != nil {
			return err
		}
	}
}

// parseBox reads a size and a place.
func parseBox(values []string) (b box, err error) {
	n, err := numbers(values, 4)
	if err != nil {
		return b, err
	}
	b = box{n[0], n[1], n[2], n[3]}
	if b.width < 0 || b.width > maxRows || b.height < 0 || b.height > maxRows || max(b.x, -b.x, b.y, -b.y) > maxRows {
		return b, fmt.Errorf("%d×%d at %d, %d is too large; a glyph has %d×%d pixels at most", b.width, b.height, b.x, b.y, maxRows, maxRows)
	}
	return b, nil
}

func numbers(values []string, count int) (n []int, err error) {
	if len(values) < count {
		return nil, fmt.Errorf("%d numbers are needed, not %d", count, len(values))
	}
	for _, value := range values[:count] {
		number, err := strconv.Atoi(value)
		if err != nil {
			return nil, fmt.Errorf("%.20q is not a whole number", value)
		}
		n = append(n, number)
	}
	return n, nil
}

// glyph reads a glyph from below STARTCHAR to ENDCHAR.
func (d *decoder) glyph() error {
	code, advance, place := -1, -1, box{}
	for {
		keyword, values, err := d.next()
		var n []int
		switch {
		case err != nil:
		case keyword == "ENCODING":
			if n, err = numbers(values, 1); err == nil {
				code = n[0]
			}
		case keyword == "DWIDTH":
			if n, err = numbers(values, 1); err == nil {
				advance = n[0]
			}
			if advance > maxRows {
				err = fmt.Errorf("a glyph is %d pixels wide; %d are the most", advance, maxRows)
			}
		case keyword == "BBX":
			place, err = parseBox(values)
		case keyword == "BITMAP":
			if advance < 0 {
				advance = max(0, place.x+place.width)
			}
			var g glyph
			if g, err = d.bitmap(place, advance); err == nil && code >= 0 && code <= 0x10ffff {
				d.face.glyphs[rune(code)] = g
			}
		case keyword == "ENDCHAR":
			if len(d.face.glyphs) > maxGlyphs {
				return fmt.Errorf("more than %d glyphs", maxGlyphs)
			}
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// bitmap reads the rows of a glyph. What is outside the box of the font is left out.
func (d *decoder) bitmap(place box, advance int) (glyph, error) {
	g := make(glyph, advance)
	top := d.box.height + d.box.y - place.height - place.y // from the top of the box
	for row := range place.height {
		digits, _, err := d.next()
		if err != nil {
			return nil, err
		}
		if len(digits) < (place.width+3)/4 {
			return nil, fmt.Errorf("a row of %d pixels has %d hexadecimal digits, not %q", place.width, (place.width+7)/8*2, digits)
		}
		for x := range place.width {
			digit, err := strconv.ParseUint(digits[x/4:x/4+1], 16, 8)
			if err != nil {
				return nil, fmt.Errorf("%.40q is not a row of hexadecimal digits", digits)
			}
			column, y := place.x+x, top+row
			if digit>>(3-x%4)&1 != 0 && column >= 0 && column < advance && y >= 0 && y < d.box.height {
				g[column] |= 1 << y
			}
		}
	}
	return g, nil
}

// finish finds out where the letters of the face begin and end.
func (d *decoder) finish() error {
	f := d.face
	rows := func(from, to rune) (all uint64) {
		for r := from; r <= to; r++ {
			for _, column := range f.glyphs[r] {
				all |= column
			}
		}
		return all
	}
	capitals := rows('0', '9') | rows('H', 'H')
	if capitals == 0 || !f.Has("0123456789") {
		return errors.New("the font lacks digits")
	}
	f.Above = bits.TrailingZeros64(capitals)
	f.Base = bits.Len64(capitals) - f.Above
	f.Height = bits.Len64(capitals|rows('A', 'Z')|rows('a', 'z')) - f.Above
	if f.glyphs[' '] == nil {
		f.glyphs[' '] = make(glyph, len(f.glyphs['0']))
	}
	f.addSigns()
	return nil
}
