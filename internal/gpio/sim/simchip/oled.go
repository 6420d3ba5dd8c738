package simchip

import (
	"image"
	"image/color"
)

// OLED is a display of one colour, with an SSD1306 (Solomon Systech, Rev 1.1), SH1106
// (Sino Wealth, V2.3) or SH1107 (V2.1), on an I2C bus or on SPI. Its methods may be called
// from any goroutine.
type OLED struct {
	protocol
	chip *OLEDChip
	size image.Point // as the chip counts
	oled
}

// OLEDChip is a kind of controller.
type OLEDChip struct {
	columns, pages int
	first          int // column that is connected
	remap, scan    byte
	modes          bool         // SSD1306: there are other modes than page addressing
	arguments      map[byte]int // of the commands that take any
}

// The controllers. Displays with the first two are mounted so that they are upright with
// columns and commons from the other end.
var (
	SSD1306Chip = OLEDChip{
		columns: 128, pages: 8, remap: 0xA1, scan: 0xC8, modes: true,
		arguments: map[byte]int{
			0x20: 1, 0x21: 2, 0x22: 2, 0x26: 6, 0x27: 6, 0x29: 5, 0x2A: 5, 0x81: 1, 0x8D: 1, 0xA3: 2, 0xA8: 1,
			0xD3: 1, 0xD5: 1, 0xD9: 1, 0xDA: 1, 0xDB: 1,
		},
	}
	SH1106Chip = OLEDChip{
		columns: 132, pages: 8, first: 2, remap: 0xA1, scan: 0xC8,
		arguments: map[byte]int{0x81: 1, 0xA8: 1, 0xAD: 1, 0xD3: 1, 0xD5: 1, 0xD9: 1, 0xDA: 1, 0xDB: 1},
	}
	SH1107Chip = OLEDChip{
		columns: 128, pages: 16, remap: 0xA0, scan: 0xC0,
		arguments: map[byte]int{0x81: 1, 0xA8: 1, 0xAD: 1, 0xD3: 1, 0xD5: 1, 0xD9: 1, 0xDB: 1, 0xDC: 1},
	}
)

// oled has the registers that a reset sets, and the RAM.
type oled struct {
	all, inverted, pump      bool
	contrast, remap, scan    byte
	multiplex, offset, pins  byte
	column, page             int
	mode                     byte // 0: horizontal, 2: page addressing
	left, right, top, bottom int  // the window of the horizontal mode
	ram                      [16][132]byte
}

// NewOLED returns a display of a size in pixels, as its controller counts them, as it is
// after power-up.
func NewOLED(chip *OLEDChip, size image.Point) *OLED {
	d := &OLED{chip: chip, size: size}
	d.protocol.init(d.powerUp)
	return d
}

func (d *OLED) powerUp() {
	d.oled = oled{
		contrast: 0x7F, remap: 0xA0, scan: 0xC0, multiplex: byte(8*d.chip.pages - 1), pins: 0x12, mode: 2,
		right: d.chip.columns - 1, bottom: d.chip.pages - 1, pump: !d.chip.modes,
	}
	for page := range d.ram {
		noise(d.ram[page][:])
	}
}

// Tx implements [sim.I2CDevice]. The first byte says whether commands or data follow.
func (d *OLED) Tx(w, r []byte) error {
	switch {
	case len(r) > 0:
		d.mu.Lock()
		defer d.mu.Unlock()
		d.fail("a transfer that reads")
		clear(r)
	case len(w) > 0 && w[0]&^0x40 == 0:
		d.Receive(w[0] == 0x40, w[1:])
	case len(w) > 0:
		d.mu.Lock()
		defer d.mu.Unlock()
		d.fail("control byte %#02x", w[0])
	}
	return nil
}

// Receive implements Controller. Arguments are commands, too.
func (d *OLED) Receive(data bool, bytes []byte) {
	d.mu.Lock()
	if data {
		d.finish()
	}
	for _, b := range bytes {
		d.received++
		switch {
		case data:
			d.pixels(b)
		case d.missing > 0:
			if d.argument(b) {
				d.execute(d.command[0], d.command[1:])
			}
		case d.begin(b, d.chip.arguments[b]):
			d.execute(b, nil)
		}
	}
	d.mu.Unlock()
	d.OnChange()
}

func (d *OLED) execute(code byte, args []byte) {
	switch {
	case code <= 0x0F: // in every mode, though the data sheet has it for one
		d.column = d.column&0xF0 | int(code)
	case code <= 0x1F:
		d.column = d.column&0x0F | int(code&0x0F)<<4
	case code&^0x0F == 0xB0:
		if d.page = int(code & 0x0F); d.page >= d.chip.pages {
			d.fail("page %d of %d", d.page, d.chip.pages)
			d.page = 0
		}
	case code == 0x20 && d.chip.modes:
		if d.mode = args[0] & 3; d.mode&1 != 0 {
			d.fail("addressing mode %d is not simulated", d.mode)
		}
	case code == 0x20 && d.chip.pages == 16: // page addressing mode
	case code == 0x21 && d.chip.modes:
		if int(args[1]) >= d.chip.columns || args[0] > args[1] {
			d.fail("columns %d to %d of %d", args[0], args[1], d.chip.columns)
			return
		}
		d.left, d.right, d.column = int(args[0]), int(args[1]), int(args[0])
	case code == 0x22 && d.chip.modes:
		if int(args[1]) >= d.chip.pages || args[0] > args[1] {
			d.fail("pages %d to %d of %d", args[0], args[1], d.chip.pages)
			return
		}
		d.top, d.bottom, d.page = int(args[0]), int(args[1]), int(args[0])
	case code == 0x81:
		d.contrast = args[0]
	case code == 0x8D && d.chip.modes:
		d.pump = args[0] == 0x14
	case code == 0xAD && !d.chip.modes:
		d.pump = args[0]&1 == 1
	case code == 0xA0, code == 0xA1:
		d.remap = code
	case code == 0xA4, code == 0xA5:
		d.all = code == 0xA5
	case code == 0xA6, code == 0xA7:
		d.inverted = code == 0xA7
	case code == 0xA8:
		d.multiplex = args[0]
	case code == 0xAE, code == 0xAF:
		d.on = code == 0xAF
	case code == 0xC0, code == 0xC8:
		d.scan = code
	case code == 0xD3:
		d.offset = args[0]
	case code == 0xDA && len(args) == 1:
		d.pins = args[0]
	case code == 0xD5, code == 0xD9, code == 0xDB: // timing and voltages
	case code == 0xDC && len(args) == 1 && args[0] == 0, code == 0x40: // start line 0
	case code == 0x2E && d.chip.modes: // no scrolling
	case code == 0xE3: // no operation
	default:
		d.fail("unknown command % x", append([]byte{code}, args...))
	}
}

// pixels takes a byte of 8 pixels and moves on.
func (d *OLED) pixels(b byte) {
	if d.column >= d.chip.columns {
		d.fail("column %d of %d", d.column, d.chip.columns)
		return
	}
	d.ram[d.page][d.column] = b
	d.column++
	if d.mode == 0 && d.column > d.right {
		d.column = d.left
		if d.page++; d.page > d.bottom {
			d.page = d.top
		}
	}
}

// fits tells whether the setup is one for the connections of the display.
func (d *OLED) fits() bool {
	switch {
	case d.chip.pages == 16: // its commons are columns of the display
		return int(d.multiplex) == d.size.X-1 && (d.offset == 0x60) == (d.size.X == 64)
	case d.size.Y == 32:
		return d.multiplex == 31 && d.offset == 0 && d.pins == 0x02
	}
	return int(d.multiplex) == d.size.Y-1 && d.offset == 0 && d.pins == 0x12
}

// Picture returns what is seen. A lit pixel is white.
func (d *OLED) Picture() *image.Gray {
	d.mu.Lock()
	defer d.mu.Unlock()
	picture := image.NewGray(image.Rectangle{Max: d.size})
	if !d.on || !d.pump {
		return picture
	}
	if !d.fits() {
		d.fail("multiplex ratio %d, offset %#x and COM pins %#x are not those of %v pixels", d.multiplex, d.offset, d.pins, d.size)
	}
	for y := range d.size.Y {
		for x := range d.size.X {
			row, column := y, x
			if d.scan != d.chip.scan {
				row = d.size.Y - 1 - y
			}
			if d.remap != d.chip.remap {
				column = d.size.X - 1 - x
			}
			lit := d.ram[row/8][d.chip.first+column]>>(row%8)&1 == 1
			if d.all || lit != d.inverted {
				picture.SetGray(x, y, color.Gray{Y: 0xFF})
			}
		}
	}
	return picture
}

// Contrast returns the contrast, 0 to 255.
func (d *OLED) Contrast() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return int(d.contrast)
}
