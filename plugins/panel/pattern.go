package panel

import (
	"image"
	"image/color"
	"strconv"

	"ptvd/plugins/panel/font"
)

// Pattern returns the test pattern of a device: an F in the first module of 8×8, the
// numbers of the others from the left and from the top, and the corners of the panel,
// so that what is turned, swapped or mirrored is seen at a glance.
func Pattern(size image.Point) *image.Gray {
	on := image.NewGray(image.Rectangle{Max: size})
	for _, corner := range []image.Point{{0, 0}, {size.X - 1, 0}, {0, size.Y - 1}, {size.X - 1, size.Y - 1}} {
		on.SetGray(corner.X, corner.Y, color.Gray{Y: 0xff})
	}
	for module := range size.X / 8 * (size.Y / 8) {
		text := "F"
		if module > 0 {
			text = strconv.Itoa((module + 1) % 10)
		}
		font.Text.Draw(on, module*8%size.X+2, module*8/size.X*8, text)
	}
	return on
}
