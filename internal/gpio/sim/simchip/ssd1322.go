package simchip

import (
	"image"
	"image/color"
)

// SSD1322 is an OLED display of 256×64 pixels with that controller (Solomon Systech,
// SSD1322 Rev 1.2). Its methods may be called from any goroutine.
type SSD1322 struct {
	protocol
	ssd1322
}

// ssd1322 has the registers that a reset sets, and the RAM.
type ssd1322 struct {
	unlocked            bool
	shows               byte // A4: nothing, A5: all, A6: the RAM, A7: inverted
	current, contrast   byte
	remap               byte
	dual                bool
	multiplex, start    byte
	left, right, column byte
	top, bottom, row    byte
	writing             bool
	half                bool // the next byte is the second one of its column
	ram                 [128][120 * 2]byte
}

const glassColumn = (120 - 64) / 2 // the first that is connected

// NewSSD1322 returns a display as it is after power-up.
func NewSSD1322() *SSD1322 {
	d := &SSD1322{}
	d.protocol.init(d.powerUp)
	return d
}

func (d *SSD1322) powerUp() {
	d.ssd1322 = ssd1322{shows: 0xA6, current: 15, contrast: 0x7F, unlocked: true, multiplex: 127, right: 119, bottom: 127}
	for row := range d.ram {
		noise(d.ram[row][:])
	}
}

// Receive implements Controller.
func (d *SSD1322) Receive(data bool, bytes []byte) {
	d.mu.Lock()
	for _, b := range bytes {
		d.received++
		switch {
		case !data:
			d.start1322(b)
		case d.writing:
			d.pixels(b)
		case d.missing == 0:
			d.fail("data %#02x without a command that takes it", b)
		case d.argument(b):
			d.execute(d.command[0], d.command[1:])
		}
	}
	d.mu.Unlock()
	d.OnChange()
}

// arguments1322 is how many arguments the commands take that take any.
var arguments1322 = map[byte]int{
	0x15: 2, 0x75: 2, 0xA0: 2, 0xA1: 1, 0xA2: 1, 0xA8: 2, 0xAB: 1, 0xB1: 1, 0xB3: 1, 0xB4: 2, 0xB5: 1,
	0xB6: 1, 0xB8: 15, 0xBB: 1, 0xBE: 1, 0xC1: 1, 0xC7: 1, 0xCA: 1, 0xD1: 2, 0xFD: 1,
}

func (d *SSD1322) start1322(code byte) {
	d.finish()
	d.writing = false
	args := arguments1322[code]
	switch code {
	case 0x00, 0x5C, 0xA4, 0xA5, 0xA6, 0xA7, 0xA9, 0xAE, 0xAF, 0xB9:
	default:
		if args == 0 {
			d.fail("unknown command %#02x", code)
		}
	}
	if d.begin(code, args) {
		d.execute(code, nil)
	}
}

func (d *SSD1322) execute(code byte, args []byte) {
	if !d.unlocked && code != 0xFD {
		d.fail("command %#02x while the commands are locked", code)
		return
	}
	switch code {
	case 0x15:
		if args[0] > args[1] || args[1] > 119 {
			d.fail("columns %d to %d of 120", args[0], args[1])
			return
		}
		d.left, d.right, d.column = args[0], args[1], args[0]
	case 0x75:
		if args[0] > args[1] || args[1] > 127 {
			d.fail("rows %d to %d of 128", args[0], args[1])
			return
		}
		d.top, d.bottom, d.row = args[0], args[1], args[0]
	case 0x5C:
		d.writing, d.half = true, false
	case 0xA0:
		if args[0]&0xC8 != 0 || args[1]&^0x10 != 0x01 {
			d.fail("remap % x", args)
		}
		d.remap, d.dual = args[0], args[1]&0x10 != 0
	case 0xA1:
		d.start = args[0] & 0x7F
	case 0xA4, 0xA5, 0xA6, 0xA7:
		d.shows = code
	case 0xAE, 0xAF:
		d.on = code == 0xAF
	case 0xC1:
		d.contrast = args[0]
	case 0xC7:
		if args[0] > 15 {
			d.fail("master current %d of 15", args[0])
		}
		d.current = args[0] & 0x0F
	case 0xCA:
		d.multiplex = args[0] & 0x7F
	case 0xFD:
		d.unlocked = args[0] == 0x12
	}
}

// pixels takes a byte of two pixels and moves on within the window, row by row.
func (d *SSD1322) pixels(b byte) {
	if d.remap&0x01 != 0 {
		d.fail("vertical address increment is not simulated")
	}
	i := 2 * int(d.column)
	if d.half {
		i++
	}
	d.ram[d.row][i] = b
	if d.half = !d.half; d.half {
		return
	}
	if d.column++; d.column > d.right {
		d.column = d.left
		if d.row++; d.row > d.bottom {
			d.row = d.top
		}
	}
}

// Picture returns what is seen, with 16 greys from 0x00 to 0xFF, whatever the current
// is. The display is mounted so that remap 0x14 is upright.
func (d *SSD1322) Picture() *image.Gray {
	d.mu.Lock()
	defer d.mu.Unlock()
	picture := image.NewGray(image.Rect(0, 0, 256, 64))
	if !d.on || d.shows == 0xA4 {
		return picture
	}
	for y := range 64 {
		for x := range 256 {
			row, column := y, x
			if d.remap&0x10 == 0 {
				row = 63 - y
			}
			if d.remap&0x02 != 0 {
				column = 255 - x
			}
			grey := d.ram[(row+int(d.start))%128][2*glassColumn+column/2] >> (4 * d.nibble(column)) & 0x0F
			switch {
			case row > int(d.multiplex) || !d.dual:
				grey = 0
			case d.shows == 0xA5:
				grey = 15
			case d.shows == 0xA7:
				grey = 15 - grey
			}
			picture.SetGray(x, y, color.Gray{Y: 0x11 * grey})
		}
	}
	return picture
}

// nibble returns which half of a byte a column of pixels is: 1 is the upper one.
func (d *SSD1322) nibble(column int) int {
	if d.remap&0x04 != 0 {
		return 1 - column%2
	}
	return column % 2
}

// Current returns the master current, 0 to 15.
func (d *SSD1322) Current() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return int(d.current)
}
