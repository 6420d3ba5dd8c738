package wires

import (
	"fmt"
	"time"
)

// Level is the level to which a test drives a line.
type Level byte

// The levels of a line. A free line has the level of its pull resistor.
const (
	Low  Level = '0'
	High Level = '1'
	Free Level = 'z'
)

func (l Level) String() string {
	switch l {
	case Low:
		return "low"
	case High:
		return "high"
	case Free:
		return "free"
	}
	return fmt.Sprintf("level %q", byte(l))
}

// Event is a change on the lines and buses.
type Event interface {
	// When returns the time of the event, by the kernel's CLOCK_MONOTONIC.
	When() time.Duration
}

// At is the time of an event, by the kernel's CLOCK_MONOTONIC.
type At time.Duration

// When returns the time.
func (a At) When() time.Duration { return time.Duration(a) }

// Input is a change of a line's level by the test, to Low or High.
type Input struct {
	At
	Line  int
	Level Level
}

// Output means that a line was driven, to the same level or another.
type Output struct {
	At
	Line  int
	Level Level
}

// Released means that a driven line became an input.
type Released struct {
	At
	Line int
}

// Message is an SPI message: all transfers of one ioctl.
type Message struct {
	At         // the end of the message
	ChipSelect int
	Number     int // of the messages since the module was loaded
	Failed     bool
	Hz         int
	Mode       int
	Packets    []Packet
}

// Packet is one transfer of a message.
type Packet struct {
	Bytes []byte // nil if nothing was sent
	// CSChange means that chip select was released after the packet; on the last
	// packet of a message, that it was not.
	CSChange bool
}

// Transfer is a transfer on the I2C bus: all messages of one ioctl.
type Transfer struct {
	At
	Address  int
	Failed   bool // no device acknowledged the address
	Messages []Bytes
}

// Bytes are the bytes of one I2C message.
type Bytes struct {
	Read  bool // by the daemon; otherwise written
	Bytes []byte
}

// PWM is a setting of a PWM channel, with all values. Channel 0 is GPIO18, channel 1 is
// GPIO19.
type PWM struct {
	At
	Channel      int
	Period, Duty time.Duration
	Enabled      bool
	Inverted     bool
}

// Brightness returns the share of the time for which the channel is on, 0 to 1.
func (p PWM) Brightness() float64 {
	if !p.Enabled || p.Period == 0 {
		return 0
	}
	return float64(p.Duty) / float64(p.Period)
}

// mark is the reply to the command of Drain, and played ends a script.
type (
	mark struct {
		At
		number int
	}
	played struct{ At }
)
