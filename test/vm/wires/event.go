package wires

import (
	"fmt"
	"time"
)

// Level is what the world does to a line.
type Level byte

// The levels of a line. A free line is where its pull draws it.
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

// Event is something that happened on the wires.
type Event interface {
	// When is the kernel's CLOCK_MONOTONIC.
	When() time.Duration
}

// At is when an event happened, by the kernel's CLOCK_MONOTONIC.
type At time.Duration

// When returns it.
func (a At) When() time.Duration { return time.Duration(a) }

// Input says that the test changed the level of a line: Low or High.
type Input struct {
	At
	Line  int
	Level Level
}

// Output says that a line was driven, to the level that it had or to another.
type Output struct {
	At
	Line  int
	Level Level
}

// Released says that a line which was driven became an input.
type Released struct {
	At
	Line int
}

// Message is an SPI message: all that one ioctl handed over.
type Message struct {
	At         // its end
	ChipSelect int
	Number     int // counts the messages of the bus, from the module's start
	Failed     bool
	Hz         int
	Mode       int
	Packets    []Packet
}

// Packet is one transfer of a message.
type Packet struct {
	Bytes []byte // nil where nothing was sent
	// CSChange: chip select was released after it; on a message's last packet, that
	// it was kept.
	CSChange bool
}

// PWM is a setting of a PWM channel, whole, whatever of it is new. Channel 0 is
// GPIO18 and channel 1 is GPIO19.
type PWM struct {
	At
	Channel      int
	Period, Duty time.Duration
	Enabled      bool
	Inverted     bool
}

// Brightness is the share of the time for which the channel is on, 0 to 1.
func (p PWM) Brightness() float64 {
	if !p.Enabled || p.Period == 0 {
		return 0
	}
	return float64(p.Duty) / float64(p.Period)
}

// mark answers Drain, and played ends Play.
type (
	mark struct {
		At
		number int
	}
	played struct{ At }
)
