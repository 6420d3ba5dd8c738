package sim

import (
	"image"
	"image/color"
)

// Arrangement says how the blocks of 8×8 LEDs of a chain are mounted, side by
// side. At its zero value the data enter at the left, and of each block digit 0
// is the column at the left, with D0 on top.
type Arrangement struct {
	Orientation int  // how far each block is turned clockwise: 0, 90, 180 or -90 degrees
	Reversed    bool // the data enter at the right
}

// Picture returns what somebody in front of the panel sees: 8 pixels high, a lit
// LED as white.
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

// place returns where in its block an LED is seen.
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
