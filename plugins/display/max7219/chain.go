// Package max7219 turns pictures into what a chain of MAX7219 drivers is sent,
// each with a module of 8×8 LEDs: register and data for every driver, in packets
// that end with the release of chip select (Maxim, MAX7219/MAX7221 data sheet,
// 19-4452). It sends nothing itself.
package max7219

import (
	"bytes"
	"image"
)

// MaxIntensity is the brightest of the levels, which start at 0.
const MaxIntensity = 15

// The registers. Those of the LEDs, called digits, are 1 to 8.
const (
	decodeMode  = 0x9
	intensity   = 0xa
	scanLimit   = 0xb
	shutdown    = 0xc
	displayTest = 0xf
)

const digits = 8

// Chain is what a chain of drivers holds, and the way of a picture to it.
type Chain struct {
	width     int
	lamps     []lamp         // of each pixel, row by row
	held      [digits][]byte // of each driver, the farthest first
	wanted    [digits][]byte
	intensity int
	unsure    bool // nobody knows what the chain holds
	buffer    []byte
	packets   [][]byte
}

// New returns a chain of which nothing is known yet.
func New(layout Layout) *Chain {
	c := &Chain{width: layout.Width, lamps: layout.lamps(), unsure: true}
	for digit := range digits {
		c.held[digit], c.wanted[digit] = make([]byte, layout.Width/8), make([]byte, layout.Width/8)
	}
	return c
}

// Resend makes the next Update send everything: after a failure, and now and
// then because long chains pick up noise.
func (c *Chain) Resend() { c.unsure = true }

// Update returns the packets after which the chain shows a picture at a level of
// intensity (0 to MaxIntensity): one for each column (or row, as the modules are
// turned) that differs, none when nothing does. They count as sent, and are valid
// until the next Update.
func (c *Chain) Update(picture *image.Gray, level int) [][]byte {
	c.read(picture)
	c.buffer, c.packets = c.buffer[:0], c.packets[:0]
	if c.unsure {
		c.all(displayTest, 0)
		c.all(decodeMode, 0)
		c.all(scanLimit, digits-1)
	}
	if c.unsure || level != c.intensity {
		c.all(intensity, byte(level))
	}
	for digit := range digits {
		if c.unsure || !bytes.Equal(c.wanted[digit], c.held[digit]) {
			c.digit(digit, c.wanted[digit])
		}
	}
	if c.unsure {
		c.all(shutdown, 1) // last: what the drivers woke up with is never seen
	}
	c.held, c.wanted = c.wanted, c.held
	c.intensity, c.unsure = level, false
	return c.packets
}

// Off returns the packets after which every LED is dark and the drivers sleep.
// They stand in memory of their own: a transfer that was abandoned may still be
// reading what Update returned.
func (c *Chain) Off() [][]byte {
	off := Chain{held: c.held}
	for digit := range digits {
		off.all(byte(1+digit), 0)
	}
	off.all(shutdown, 0)
	c.unsure = true
	return off.packets
}

// read works out what the drivers are to hold.
func (c *Chain) read(picture *image.Gray) {
	for digit := range c.wanted {
		clear(c.wanted[digit])
	}
	for i, lamp := range c.lamps {
		if picture.GrayAt(i%c.width, i/c.width).Y >= 0x80 {
			c.wanted[lamp.register][lamp.driver] |= lamp.bit
		}
	}
}

// all adds a packet that gives every driver the same.
func (c *Chain) all(register, data byte) {
	start := len(c.buffer)
	for range c.held[0] {
		c.buffer = append(c.buffer, register, data)
	}
	c.packets = append(c.packets, c.buffer[start:])
}

// digit adds a packet that gives each driver its part.
func (c *Chain) digit(digit int, data []byte) {
	start := len(c.buffer)
	for _, bits := range data {
		c.buffer = append(c.buffer, byte(1+digit), bits)
	}
	c.packets = append(c.packets, c.buffer[start:])
}
