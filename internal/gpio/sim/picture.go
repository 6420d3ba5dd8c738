package sim

import (
	"image"
	"image/color"
)

// Arrangement describes how the 8×8 blocks of a chain are mounted side by side. With
// the zero value the data input is at the left, and digit 0 of each block is its left
// column with D0 at the top.
type Arrangement struct {
	Orientation int  // rotation of each block in degrees clockwise: 0, 90, 180 or -90
	Reversed    bool // the data input is at the right
}

// Picture returns what the panel shows, as seen from the front: 8 pixels high, with
// lit LEDs white.
func (p *Panel) Picture(a Arrangement) *image.Gray {
	p.mu.Lock()
	defer p.mu.Unlock()
	picture := image.NewGray(image.Rect(0, 0, 8*len(p.chips), 8))
	for i := range p.chips {
		left := 8 * i
		if a.Reversed {
			left = 8 * (len(p.chips) - 1 - i)
		}
		for digit := range 8 {
			for bit := range 8 {
				if p.chips[i].lit(digit)>>bit&1 == 1 {
					x, y := a.place(digit, bit)
					picture.SetGray(left+x, y, color.Gray{Y: 0xFF})
				}
			}
		}
	}
	return picture
}

// place returns the position of an LED within its block.
func (a Arrangement) place(digit, bit int) (x, y int) {
	switch a.Orientation {
	case 90:
		return 7 - bit, digit
	case 180:
		return 7 - digit, 7 - bit
	case -90:
		return bit, 7 - digit
	}
	return digit, bit
}
