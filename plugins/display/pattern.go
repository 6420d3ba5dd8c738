package display

import (
	"image"
	"image/color"
	"strconv"

	"ptvd/plugins/panel/font"
)

// drawPattern draws the number of each module, from the left, and the corners of
// the panel, so that what is turned, swapped or mirrored is seen at a glance.
func drawPattern(on *image.Gray) {
	right, bottom := on.Rect.Dx()-1, on.Rect.Dy()-1
	for _, corner := range []image.Point{{0, 0}, {right, 0}, {0, bottom}, {right, bottom}} {
		on.SetGray(corner.X, corner.Y, color.Gray{Y: 0xff})
	}
	for module := range on.Rect.Dx() / 8 {
		font.Text.Draw(on, 8*module+2, 0, strconv.Itoa((module+1)%10))
	}
}
