package max7219

import (
	"bytes"
	"encoding/binary"
	"image"
	"math/bits"

	"periph.io/x/conn/v3/spi"
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
	leds      []led          // of each pixel, row by row
	lit       []uint64       // the pixels of the last picture that are lit, eight in each
	held      [digits][]byte // the packets that bring it to the drivers, the farthest first
	intensity int
	unknown   bool // what the drivers hold
	buffer    []byte
	packets   []spi.Packet
}

// NewChain returns a chain of drivers that may hold anything.
func NewChain(c *Config) *Chain {
	chain := &Chain{leds: c.leds(), lit: make([]uint64, c.Width*c.Height/8), unknown: true}
	for digit := range chain.held {
		chain.held[digit] = bytes.Repeat([]byte{byte(1 + digit), 0}, c.modules())
	}
	return chain
}

// Resend makes the next Update send everything.
func (c *Chain) Resend() { c.unknown = true }

// Update returns the packets after which the chain shows a picture of its size, row upon row
// without a gap, at a level of intensity (0 to MaxIntensity): one for each column, or row
// where the modules are turned, that differs; none when nothing does. They are equally long,
// count as sent, and are valid until the next call of a method.
func (c *Chain) Update(picture *image.Gray, level int) []spi.Packet {
	differ := c.read(picture)
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
		if c.unknown || differ[digit] {
			c.packets = append(c.packets, spi.Packet{W: c.held[digit]})
		}
	}
	if c.unknown {
		c.all(shutdown, 1) // last, so that what the drivers held at power-up is never seen
	}
	c.intensity, c.unknown = level, false
	return c.packets
}

// Off returns the packets after which every LED is off and the drivers are in
// shutdown mode. They are valid until the next call of a method.
func (c *Chain) Off() []spi.Packet {
	c.buffer, c.packets = c.buffer[:0], c.packets[:0]
	for digit := range digits {
		c.all(byte(1+digit), 0)
	}
	c.all(shutdown, 0)
	c.unknown = true
	return c.packets
}

// read works out what the drivers are to hold, and returns which digits differ from before.
func (c *Chain) read(picture *image.Gray) (differ [digits]bool) {
	leds, shown, pixels := c.leds, c.lit, picture.Pix
	for at, before := range shown {
		lit := binary.LittleEndian.Uint64(pixels[8*at:8*at+8]) & 0x8080808080808080
		shown[at] = lit
		for changed := lit ^ before; changed != 0; changed &= changed - 1 {
			led := leds[8*at+bits.TrailingZeros64(changed)/8]
			c.held[led.register][2*int(led.driver)+1] ^= led.bit
			differ[led.register] = true
		}
	}
	return differ
}

// all adds a packet that writes the same to every driver.
func (c *Chain) all(register, data byte) {
	start := len(c.buffer)
	for range len(c.held[0]) / 2 {
		c.buffer = append(c.buffer, register, data)
	}
	c.packets = append(c.packets, spi.Packet{W: c.buffer[start:]})
}
