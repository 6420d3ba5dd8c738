package ssd1322

import (
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/draw"

	"periph.io/x/conn/v3"
	"periph.io/x/conn/v3/display"
	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"
)

// The size of the display in pixels.
const (
	Width  = 256
	Height = 64
)

// MaxCurrent is the largest argument of SetCurrent.
const MaxCurrent = 15

// Opts are the options of a display.
type Opts struct {
	Frequency physic.Frequency // the SPI clock, at most 10 MHz
	Rotated   bool             // by 180°
}

// DefaultOpts are the recommended options.
var DefaultOpts = Opts{Frequency: 8 * physic.MegaHertz}

// Dev is an open display. Nothing that it shows is known, so that the first picture is
// sent whole, and the display is switched on after it.
type Dev struct {
	conn    conn.Conn
	dc      gpio.PinOut
	limit   int         // bytes in a transfer
	next    *image.Gray // what it is to show
	held    []byte      // what it shows, as the pixels of next
	known   bool        // held is right, and the display is on
	changed changes
	window  image.Rectangle // the last one, in columns and rows
	buffer  []byte
}

var _ display.Drawer = (*Dev)(nil)

// New sets up a display. The reset line is not part of it: a display that has one is
// reset before.
func New(p spi.Port, dc gpio.PinOut, opts *Opts) (*Dev, error) {
	c, err := p.Connect(opts.Frequency, spi.Mode0, 8)
	if err != nil {
		return nil, err
	}
	d := &Dev{conn: c, dc: dc, limit: 4096, next: image.NewGray(image.Rect(0, 0, Width, Height)), held: make([]byte, Width*Height)}
	if l, ok := c.(conn.Limits); ok && l.MaxTxSize() > 0 {
		d.limit = l.MaxTxSize()
	}
	remap := byte(0x14) // nibbles and commons
	if opts.Rotated {
		remap = 0x06 // nibbles and columns
	}
	for _, command := range [][]byte{
		{0xFD, 0x12},        // unlock the commands
		{0xB3, 0x91},        // clock: 80 frames a second
		{0xCA, Height - 1},  // multiplex ratio
		{0xA2, 0x00},        // display offset
		{0xA1, 0x00},        // start line
		{0xA0, remap, 0x11}, // remap; dual COM mode
		{0xB5, 0x00},        // GPIO pins of the controller: not used
		{0xAB, 0x01},        // internal VDD regulator
		{0xB4, 0xA0, 0xFD},  // external VSL; enhanced quality of low greys
		{0xC1, 0xFF},        // contrast; SetCurrent scales it
		{0xB9},              // linear greys
		{0xB1, 0xE2},        // phase lengths
		{0xD1, 0xA2, 0x20},  // display enhancement B: normal
		{0xBB, 0x1F},        // pre-charge voltage: 0.60 VCC
		{0xB6, 0x08},        // second pre-charge period
		{0xBE, 0x07},        // VCOMH: 0.86 VCC
		{0xA9},              // no partial display
		{0xA6},              // not inverted
	} {
		if err := d.command(command[0], command[1:]...); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// String implements conn.Resource.
func (d *Dev) String() string { return fmt.Sprintf("ssd1322.Dev{%s, %s}", d.conn, d.dc) }

// ColorModel implements display.Drawer. Of the 8 bits of a grey the display shows the
// upper 4.
func (d *Dev) ColorModel() color.Model { return color.GrayModel }

// Bounds implements display.Drawer.
func (d *Dev) Bounds() image.Rectangle { return d.next.Rect }

// Draw implements display.Drawer: when it returns, the display shows the picture. A grey
// picture is drawn without an allocation.
func (d *Dev) Draw(r image.Rectangle, src image.Image, sp image.Point) error {
	if grey, ok := src.(*image.Gray); ok {
		r = r.Intersect(d.next.Rect).Intersect(grey.Rect.Add(r.Min.Sub(sp)))
		for y := r.Min.Y; y < r.Max.Y; y++ {
			from := grey.PixOffset(sp.X, sp.Y+y-r.Min.Y)
			copy(d.next.Pix[d.next.PixOffset(r.Min.X, y):][:r.Dx()], grey.Pix[from:])
		}
	} else {
		draw.Draw(d.next, r, src, sp, draw.Src)
	}
	return d.send()
}

// SetCurrent dims the display: its current is (level+1)/16 of the full one, for a level
// from 0 to MaxCurrent.
func (d *Dev) SetCurrent(level int) error {
	return d.command(0xC7, byte(min(max(level, 0), MaxCurrent)))
}

// Halt switches the display off. The next picture switches it on.
func (d *Dev) Halt() error {
	d.known = false
	return d.command(0xAE)
}

// A column of the controller is four pixels, and the display is in the middle of the
// 120 that there are.
const (
	columns     = Width / 4
	firstColumn = (120 - columns) / 2
)

// send sends what differs.
func (d *Dev) send() error {
	for y := range Height {
		d.changed.columns[y] = d.compare(y)
	}
	if !d.known {
		d.window = image.Rectangle{}
	}
	wasKnown := d.known
	d.known = false // until all was sent
	for _, w := range d.changed.windows() {
		if err := d.sendWindow(w); err != nil {
			return err
		}
	}
	copy(d.held, d.next.Pix)
	d.known = true
	if wasKnown {
		return nil
	}
	return d.command(0xAF)
}

// compare returns the columns of a row that differ.
func (d *Dev) compare(y int) (columns uint64) {
	if !d.known {
		return 1<<64 - 1
	}
	next, held := d.next.Pix[y*Width:][:Width], d.held[y*Width:][:Width]
	for x := 0; x < Width; x += 4 {
		differs := binary.NativeEndian.Uint32(next[x:]) ^ binary.NativeEndian.Uint32(held[x:])
		if differs&0xF0F0F0F0 != 0 {
			columns |= 1 << (x / 4)
		}
	}
	return columns
}

// sendWindow sends the pixels of a window of columns and rows. The controller keeps the
// sides of the last one, and is back at its beginning when all of it was sent.
func (d *Dev) sendWindow(w image.Rectangle) error {
	if w.Min.X != d.window.Min.X || w.Max.X != d.window.Max.X {
		if err := d.command(0x15, byte(firstColumn+w.Min.X), byte(firstColumn+w.Max.X-1)); err != nil {
			return err
		}
	}
	if w.Min.Y != d.window.Min.Y || w.Max.Y != d.window.Max.Y {
		if err := d.command(0x75, byte(w.Min.Y), byte(w.Max.Y-1)); err != nil {
			return err
		}
	}
	d.window = w
	d.buffer = append(d.buffer[:0], 0x5C)
	for y := w.Min.Y; y < w.Max.Y; y++ {
		row := d.next.Pix[y*Width:]
		for x := 4 * w.Min.X; x < 4*w.Max.X; x += 2 {
			d.buffer = append(d.buffer, row[x]&0xF0|row[x+1]>>4)
		}
	}
	return d.transfer(d.buffer)
}

// command sends a command and its arguments.
func (d *Dev) command(code byte, args ...byte) error {
	d.buffer = append(append(d.buffer[:0], code), args...)
	return d.transfer(d.buffer)
}

// transfer sends a command, with D/C low, and its arguments or pixels, with D/C high.
func (d *Dev) transfer(command []byte) error {
	if err := d.dc.Out(gpio.Low); err != nil {
		return err
	}
	if err := d.conn.Tx(command[:1], nil); err != nil {
		return err
	}
	data := command[1:]
	if len(data) == 0 {
		return nil
	}
	if err := d.dc.Out(gpio.High); err != nil {
		return err
	}
	for len(data) > 0 {
		n := min(len(data), d.limit)
		if err := d.conn.Tx(data[:n], nil); err != nil {
			return err
		}
		data = data[n:]
	}
	return nil
}
