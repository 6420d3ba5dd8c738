package ssd1306

import (
	"image"

	"periph.io/x/conn/v3"
	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

	"ptvd/plugins/panel"
)

// sh110x is a driver for the SH1106 and the SH1107 (Sino Wealth, SH1106 V2.3 and SH1107
// V2.1 data sheets). They have only the page addressing mode, in which a transfer ends with
// its page of 8 rows. The first pages are sent whole, and the display is switched on after
// them.
type sh110x struct {
	conn   conn.Conn
	dc     gpio.PinOut // nil: I2C
	column int         // the first that is connected
	held   []byte      // what the display shows
	width  int
	known  bool // held is right, and the display is on
	buffer []byte
}

// newSH1106 sets up an SH1106, of whose 132 columns the middle 128 are connected.
func newSH1106(l *panel.Link, size image.Point) (driver, error) {
	return newSH110x(l, size, 2, []byte{
		0xD5, 0x80, // clock
		0xA8, byte(size.Y - 1), // multiplex ratio
		0xD3, 0x00, // display offset
		0x40,       // start line
		0xAD, 0x8B, // DC-DC converter on
		0xA1, 0xC8, // as the displays are mounted: columns and commons from the other end
		0xDA, 0x12, // alternative common pads
		0xD9, 0x22, // pre-charge period
		0xDB, 0x35, // VCOM deselect level
		0xA4, 0xA6, // what the RAM holds, not inverted
	})
}

// newSH1107 sets up an SH1107. Displays 64 pixels wide are connected to its last commons
// but 32.
func newSH1107(l *panel.Link, size image.Point) (driver, error) {
	offset := byte(0x00)
	if size.X == 64 {
		offset = 0x60
	}
	return newSH110x(l, size, 0, []byte{
		0xD5, 0x51, // clock
		0xA8, byte(size.X - 1), // multiplex ratio; its commons are columns of the display
		0xD3, offset, // display offset
		0xDC, 0x00, // start line
		0x20,       // page addressing mode
		0xA0, 0xC0, // columns and commons in order
		0xD9, 0x22, // pre-charge period
		0xDB, 0x35, // VCOM deselect level
		0xA4, 0xA6, // what the RAM holds, not inverted
	})
}

func newSH110x(l *panel.Link, size image.Point, column int, setup []byte) (_ driver, err error) {
	d := &sh110x{dc: l.DC, column: column, width: size.X, held: make([]byte, size.X*size.Y/8)}
	if l.Bus != nil {
		d.conn = &i2c.Dev{Bus: l.Bus}
	} else if d.conn, err = l.Port.Connect(4*physic.MegaHertz, spi.Mode0, 8); err != nil {
		return nil, err
	}
	return d, d.send(command, setup...)
}

// Write implements driver.
func (d *sh110x) Write(pages []byte) (int, error) {
	wasKnown := d.known
	d.known = false // until all was sent
	for start := 0; start < len(pages); start += d.width {
		next, held := pages[start:][:d.width], d.held[start:][:d.width]
		left, right := 0, d.width
		if wasKnown {
			for left < right && next[left] == held[left] {
				left++
			}
			for left < right && next[right-1] == held[right-1] {
				right--
			}
		}
		if left == right {
			continue
		}
		first := byte(d.column + left)
		if err := d.send(command, 0xB0|byte(start/d.width), 0x10|first>>4, first&0x0F); err != nil {
			return 0, err
		}
		if err := d.send(data, next[left:right]...); err != nil {
			return 0, err
		}
		copy(held, next)
	}
	d.known = true
	if wasKnown {
		return len(pages), nil
	}
	return len(pages), d.send(command, 0xAF)
}

// SetContrast implements driver.
func (d *sh110x) SetContrast(level byte) error { return d.send(command, 0x81, level) }

// Halt switches the display off.
func (d *sh110x) Halt() error {
	d.known = false
	return d.send(command, 0xAE)
}

// What bytes are: the level of the D/C line.
const (
	command = gpio.Low
	data    = gpio.High
)

// send sends commands with their arguments, or data. On I2C a control byte takes the
// place of the D/C line.
func (d *sh110x) send(what gpio.Level, bytes ...byte) error {
	if d.dc != nil {
		if err := d.dc.Out(what); err != nil {
			return err
		}
		d.buffer = append(d.buffer[:0], bytes...)
		return d.conn.Tx(d.buffer, nil)
	}
	control := byte(0x00)
	if what == data {
		control = 0x40
	}
	d.buffer = append(append(d.buffer[:0], control), bytes...)
	return d.conn.Tx(d.buffer, nil)
}
