package max7219

// Layout is how the modules of a panel are put together. At its zero value the
// registers are rows, the first on top, the highest bit at the left, and the data
// enter at the right, as on most boards of four modules.
type Layout struct {
	// Width is the panel's width in pixels, a multiple of 8.
	Width int
	// Orientation is how far each module stands turned clockwise: 0, 90, 180
	// or -90 degrees.
	Orientation int
	// Reverse says that the data enter at the left.
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
	driver := x / 8 // what is sent first travels farthest, to the left
	if l.Reverse {
		driver = l.Width/8 - 1 - driver
	}
	row, column := l.turn(y, x%8)
	return lamp{byte(driver), byte(row), 0x80 >> column}
}

// turn returns the row and column of a module, as its driver has them, that are
// seen in a row and column.
func (l Layout) turn(row, column int) (int, int) {
	switch l.Orientation {
	case 90:
		return 7 - column, row
	case 180:
		return 7 - row, 7 - column
	case -90:
		return column, 7 - row
	default:
		return row, column
	}
}
