package simulate

import (
	"image"
	"image/color"
	"strings"

	"ptvd/plugins/panel/font"
)

// picture is the columns of a panel, or of a part of one, from the left; bit 0 of
// each is the top row.
type picture string

const (
	// bottom is the row in which a dotted line marks old data.
	bottom = 1 << 7
	// blank is a dark column.
	blank = "\x00"
)

// columns takes an image apart.
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

// drawn is a text on a panel of so many columns.
func drawn(face *font.Face, x, width int, text string) picture {
	on := image.NewGray(image.Rect(0, 0, width, font.Height))
	face.Draw(on, x, 0, text)
	return columns(on)
}

// letters are the columns of a text alone.
func letters(face *font.Face, text string) picture { return drawn(face, 0, face.Width(text), text) }

func centred(face *font.Face, width int, text string) picture {
	return drawn(face, (width-face.Width(text))/2, width, text)
}

// trimmed is a picture without the dark columns at its ends.
func (p picture) trimmed() picture { return picture(strings.Trim(string(p), blank)) }

func (p picture) dark() bool { return p.trimmed() == "" }

// unmarked returns what stands above the dotted line that marks old data; false:
// there is no such line.
func (p picture) unmarked() (picture, bool) {
	above := []byte(p)
	for x := range above {
		if above[x]&bottom != byte(x%2)*bottom {
			return p, false
		}
		above[x] &^= bottom
	}
	return picture(above), true
}

// above is a picture without its bottom row.
func (p picture) above() picture {
	all := []byte(p)
	for x := range all {
		all[x] &^= bottom
	}
	return picture(all)
}
