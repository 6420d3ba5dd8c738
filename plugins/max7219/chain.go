package max7219

import (
	"bytes"
	"encoding/binary"
	"image"
	"math/bits"
)

// MaxIntensity is the brightest intensity level; the lowest is 0.
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

// Chain turns pictures into what a chain of drivers is sent: register and data for
// every driver, in packets that end with the release of chip select (Maxim,
// MAX7219/MAX7221 data sheet, 19-4452). It knows what the drivers hold, and sends
// nothing itself.
type Chain struct {
	width     int
	leds      []led          // of each pixel, row by row
	held      [digits][]byte // of each driver, the farthest first
	wanted    [digits][]byte
	intensity int
	unknown   bool // what the drivers hold
	buffer    []byte
	packets   [][]byte
}

// NewChain returns a chain of drivers that may hold anything.
func NewChain(c *Config) *Chain {
	chain := &Chain{width: c.Width, leds: c.leds(), unknown: true}
	for digit := range digits {
		chain.held[digit], chain.wanted[digit] = make([]byte, c.modules()), make([]byte, c.modules())
	}
	return chain
}

// Resend makes the next Update send everything.
func (c *Chain) Resend() { c.unknown = true }

// Update returns the packets after which the chain shows a picture of its size at a level of
// intensity (0 to MaxIntensity): one for each column, or row where the modules are
// turned, that differs; none when nothing does. They count as sent, and are valid
// until the next call of a method.
func (c *Chain) Update(picture *image.Gray, level int) [][]byte {
	c.read(picture)
	c.buffer, c.packets = c.buffer[:0], c.packets[:0]
	if c.unknown {
		c.all(displayTest, 0)
		c.all(decodeMode, 0)
		c.all(scanLimit, digits-1)
	}
	if c.unknown || level != c.intensity {
		c.all(intensity, byte(level))
	}
	for digit := range digits {
		if c.unknown || !bytes.Equal(c.wanted[digit], c.held[digit]) {
			c.digit(digit, c.wanted[digit])
		}
	}
	if c.unknown {
		c.all(shutdown, 1) // last, so that what the drivers held at power-up is never seen
	}
	c.held, c.wanted = c.wanted, c.held
	c.intensity, c.unknown = level, false
	return c.packets
}

// Off returns the packets after which every LED is off and the drivers are in
// shutdown mode. They are valid until the next call of a method.
func (c *Chain) Off() [][]byte {
	c.buffer, c.packets = c.buffer[:0], c.packets[:0]
	for digit := range digits {
		c.all(byte(1+digit), 0)
	}
	c.all(shutdown, 0)
	c.unknown = true
	return c.packets
}

// read works out what the drivers are to hold.
func (c *Chain) read(picture *image.Gray) {
	for digit := range c.wanted {
		clear(c.wanted[digit])
	}
	for at := 0; at < len(c.leds); at += 8 {
		pixels := picture.Pix[at/c.width*picture.Stride+at%c.width:][:8]
		lit := binary.LittleEndian.Uint64(pixels) & 0x8080808080808080 // most of a picture is dark
		for ; lit != 0; lit &= lit - 1 {
			led := c.leds[at+bits.TrailingZeros64(lit)/8]
			c.wanted[led.register][led.driver] |= led.bit
		}
	}
}

// all adds a packet that writes the same to every driver.
func (c *Chain) all(register, data byte) {
	start := len(c.buffer)
	for range c.held[0] {
		c.buffer = append(c.buffer, register, data)
	}
	c.packets = append(c.packets, c.buffer[start:])
}

// digit adds a packet that writes to each driver its part.
func (c *Chain) digit(digit int, data []byte) {
	start := len(c.buffer)
	for _, bits := range data {
		c.buffer = append(c.buffer, byte(1+digit), bits)
	}
	c.packets = append(c.packets, c.buffer[start:])
}
