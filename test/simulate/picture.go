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
	// bottom is the row of the dotted line that marks old data.
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

// old reports whether a picture has the dotted line that marks old data.
func (p picture) old() bool {
	for x := 1; x < len(p); x += 2 {
		if p[x]&bottom == 0 {
			return false
		}
	}
	return true
}

// bottomIs reports whether the bottom row is lit from one column up to another, or else
// dark but for the dotted line of old data.
func (p picture) bottomIs(lit bool, from, to int, old bool) bool {
	for x := from; x < to; x++ {
		if (p[x]&bottom != 0) != (lit || old && x%2 == 1) {
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
