package panel

import (
	"image"
	"image/color"
	"strconv"

	"ptvd/plugins/panel/font"
)

// Pattern returns the test pattern of a device, on which what is turned, swapped or
// mirrored is seen at a glance. On modules of 8×8 it is an F in the first one, the
// numbers of the others from the left and from the top, and the corners of the panel. On
// other displays, which are higher than two modules, it is as [PatternWords] says.
func Pattern(size image.Point) *image.Gray {
	on := image.NewGray(image.Rectangle{Max: size})
	if size.Y > 16 {
		font.Fill(on, on.Rect, 0xff)
		font.Fill(on, on.Rect.Inset(1), 0)
		font.Text.Draw(on, 4, 3, "F "+strconv.Itoa(size.X)+"x"+strconv.Itoa(size.Y))
		bar := image.Rect(4, size.Y/2, size.X-4, size.Y-4)
		for grey := range 16 {
			left, right := bar.Min.X+bar.Dx()*grey/16, bar.Min.X+bar.Dx()*(grey+1)/16
			font.Fill(on, image.Rect(left, bar.Min.Y, right, bar.Max.Y), uint8(0x11*grey))
		}
		return on
	}
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

// PatternWords is what the test pattern of a display that is higher than two modules
// looks like.
const PatternWords = "a frame along its edges, at its upper left an F and its size, and below them a bar, dark at the left and in up to 16 steps bright at the right"
