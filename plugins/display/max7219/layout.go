package max7219

// Layout is how the modules of a panel are put together. At its zero value the
// registers are columns, the first at the left, the lowest bit on top, and the
// data enter at the left. What departs from that is written as luma.led_matrix
// writes it, so that the numbers of a panel that worked there can be kept.
type Layout struct {
	// Width is the panel's width in pixels, a multiple of 8.
	Width int
	// Orientation is how far each module stands turned clockwise: 0, 90, 180
	// or -90 degrees (luma.led_matrix: block_orientation). Boards of the type
	// FC-16, four modules in one, have -90.
	Orientation int
	// Reverse says that the data enter at the right (luma.led_matrix:
	// blocks_arranged_in_reverse_order).
	Reverse bool
	// UpsideDown says that the panel as a whole hangs upside down.
	UpsideDown bool
}

// lamp is the place of one LED: the driver's place in a packet, the register
// among its eight, and the bit in it.
type lamp struct{ driver, register, bit byte }

// lamps returns the place of each pixel, row by row.
func (l Layout) lamps() []lamp {
	places := make([]lamp, 0, l.Width*8)
	for y := range 8 {
		for x := range l.Width {
			places = append(places, l.lamp(x, y))
		}
	}
	return places
}

func (l Layout) lamp(x, y int) lamp {
	if l.UpsideDown {
		x, y = l.Width-1-x, 7-y
	}
	driver := l.Width/8 - 1 - x/8 // what is sent first travels farthest, to the right
	if l.Reverse {
		driver = x / 8
	}
	register, bit := l.turn(x%8, y)
	return lamp{byte(driver), byte(register), 1 << bit}
}

// turn returns the register and the bit of the LED that is seen at x, y of a
// module.
func (l Layout) turn(x, y int) (register, bit int) {
	switch l.Orientation {
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
