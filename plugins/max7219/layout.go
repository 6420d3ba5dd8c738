package max7219

// led is the place of one LED: the driver's place in a packet, the register among
// its eight, and the bit in it.
type led struct{ driver, register, bit byte }

// leds returns the place of each pixel, row by row. Without any option the registers
// are columns, the first at the left, the lowest bit on top, and the data enter at the
// left. The options mean what they mean to luma.led_matrix, so that the numbers of a
// panel that worked there can be kept.
func (c *Config) leds() []led {
	all := make([]led, 0, c.Width*8)
	for y := range 8 {
		for x := range c.Width {
			all = append(all, c.led(x, y))
		}
	}
	return all
}

func (c *Config) led(x, y int) led {
	if c.UpsideDown {
		x, y = c.Width-1-x, 7-y
	}
	driver := c.Width/8 - 1 - x/8 // what is sent first is shifted farthest, to the right
	if c.Reverse {
		driver = x / 8
	}
	register, bit := c.rotate(x%8, y)
	return led{byte(driver), byte(register), 1 << bit}
}

// rotate returns the register and the bit of the LED that is seen at x, y of a
// module.
func (c *Config) rotate(x, y int) (register, bit int) {
	switch c.Orientation {
	case 90:
		return y, 7 - x
	case 180:
		return 7 - x, 7 - y
	case -90:
		return 7 - y, x
	default:
		return x, y
	}
}
