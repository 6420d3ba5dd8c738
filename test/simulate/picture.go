package simulate

import (
	"image"
	"image/color"
	"strings"

	"ptvd/plugins/panel/font"
)

// picture is the columns of a panel or of a part of it, from the left. Bit 0 of a
// column is the top row.
type picture string

const (
	// bottom is the row of the marks.
	bottom = 1 << 7
	// blank is a dark column.
	blank = "\x00"
)

// columns converts an image to a picture.
func columns(from *image.Gray) picture {
	all := make([]byte, from.Rect.Dx())
	for x := range all {
		for y := range from.Rect.Dy() {
			if from.GrayAt(x, y) != (color.Gray{}) {
				all[x] |= 1 << y
			}
		}
	}
	return picture(all)
}

// drawn returns a text on a dark picture of the given width.
func drawn(face *font.Face, x, width int, text string) picture {
	on := image.NewGray(image.Rect(0, 0, width, font.Height))
	face.Draw(on, x, 0, text)
	return columns(on)
}

// letters returns a text in its own width.
func letters(face *font.Face, text string) picture { return drawn(face, 0, face.Width(text), text) }

func centered(face *font.Face, width int, text string) picture {
	return drawn(face, (width-face.Width(text))/2, width, text)
}

// trimmed returns a picture without the dark columns at its ends.
func (p picture) trimmed() picture { return picture(strings.Trim(string(p), blank)) }

func (p picture) dark() bool { return p.trimmed() == "" }

// marks are the lines in the bottom row, over which those below times may lie.
type marks struct {
	old     bool // a dotted one: data are old
	standIn bool // a dashed one: they are of the source that stands in
}

// at reports whether a mark lights a column.
func (m marks) at(x int) bool { return m.old && x%2 == 1 || m.standIn && x%4 < 2 }

func (m marks) any() bool { return m.old || m.standIn }

// marks returns the marks of a picture.
func (p picture) marks() marks {
	has := func(m marks) bool {
		for x := range len(p) {
			if m.at(x) && p[x]&bottom == 0 {
				return false
			}
		}
		return true
	}
	return marks{has(marks{old: true}), has(marks{standIn: true})}
}

// bottomIs reports whether the bottom row is lit from one column up to another, or else
// dark except for the marks.
func (p picture) bottomIs(lit bool, from, to int, m marks) bool {
	for x := from; x < to; x++ {
		if (p[x]&bottom != 0) != (lit || m.at(x)) {
			return false
		}
	}
	return true
}

// above returns a picture without its bottom row.
func (p picture) above() picture {
	all := []byte(p)
	for x := range all {
		all[x] &^= bottom
	}
	return picture(all)
}
