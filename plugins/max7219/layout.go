package max7219

// led is the place of one LED: the driver's place in a packet, the register among
// its eight, and the bit in it.
type led struct{ driver, register, bit byte }

// leds returns the place of each pixel, row by row.
func (c *Config) leds() []led {
	all := make([]led, 0, c.Width*c.Height)
	for y := range c.Height {
		for x := range c.Width {
			all = append(all, c.led(x, y))
		}
	}
	return all
}

func (c *Config) led(x, y int) led {
	if c.UpsideDown {
		x, y = c.Width-1-x, c.Height-1-y
	}
	columns, rows := c.Width/8, c.Height/8
	column, row := x/8, y/8
	x, y = x%8, y%8
	if c.Rows == "straight_up" || c.Rows == "zigzag_up" {
		row = rows - 1 - row
	}
	if row%2 == 1 && (c.Rows == "zigzag" || c.Rows == "zigzag_up") {
		column, x, y = columns-1-column, 7-x, 7-y
	}
	driver := row*columns + column // from the data input on
	if !c.Reverse {
		driver = columns*rows - 1 - driver // what is sent first is shifted farthest
	}
	if c.Mirror {
		x = 7 - x
	}
	register, bit := c.wire(turn(x, y, c.Orientation))
	return led{byte(driver), byte(register), 1 << bit}
}

// turn turns a module: it returns where the LED that is seen at x, y would be seen if
// the module were not turned. Orientation, Reverse and UpsideDown mean what they mean to
// luma.led_matrix, whose modules are generic ones, so that the numbers of a panel that
// worked there can be kept.
func turn(x, y, orientation int) (int, int) {
	switch orientation {
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

// wire returns the register and the bit of the LED that is seen at x, y of a module
// whose data enter at the left. The wirings are those that MD_MAX72XX (MajicDesigns,
// page "Hardware") has under the same names, where the data enter at the right.
func (c *Config) wire(x, y int) (register, bit int) {
	switch c.Module {
	case "fc16":
		return 7 - y, x
	case "parola":
		return 7 - y, 7 - x
	case "icstation":
		return y, 7 - x
	default:
		return x, y
	}
}

// modules returns how many there are.
func (c *Config) modules() int { return c.Width / 8 * c.Height / 8 }
