// Package gpioext defines what a GPIO driver may offer beyond periph's gpio.PinIO:
// edges with timestamps, readings that can fail, and PWM with 16-bit duty cycles. A
// pin offers these interfaces by implementing them, as conn's optional interfaces are.
//
// The package depends on periph's conn alone, so that a driver which implements it
// needs nothing else of this program.
package gpioext

import (
	"errors"
	"time"

	"periph.io/x/conn/v3/gpio"
)

// QueueSize is the number of edges that are queued for the lines of one [EdgeWatch],
// and once more between the driver and the loop. A knob with worn contacts that is spun
// gives about 8000 edges a second, which fill the queue in 64 ms: longer than a machine
// stalls or a task may block the loop. A loose contact gives 20 000, the most that the
// Linux kernel delivers, which fill it in 25 ms. The kernel's default is 16 edges per
// line, and its limit 1024.
const QueueSize = 512

// Edge is a change of the level of a watched pin.
type Edge struct {
	Pin   int           // index in the names passed to WatchEdges
	Level gpio.Level    // after the edge
	Time  time.Duration // on CLOCK_MONOTONIC; never decreases for one pin
}

// EdgePin is a pin whose driver stamps edges when they happen.
type EdgePin interface {
	gpio.PinIO

	// WatchEdges makes pins of the same chip inputs and watches their edges. The
	// names include this pin's own. Edges of all pins are delivered in the order in
	// which they happened, by one call of deliver at a time and from any goroutine. One
	// that is not the loop's holds no lock then, since deliver may run the tasks that wait
	// for the edges. deliver does not keep the slice.
	//
	// overflow is called after the queue of QueueSize edges was full and edges were
	// lost, or when no more edges will come: the levels must be read then, and if the
	// pins cannot be used any more, Levels returns why.
	//
	// The error is ErrNoEdges if the chip has no interrupts. The pins can be polled
	// then.
	WatchEdges(names []string, pull gpio.Pull, deliver func([]Edge), overflow func()) (EdgeWatch, error)
}

// ErrNoEdges means that a pin is on a chip without interrupts, as that of a USB adapter
// is.
var ErrNoEdges = errors.New("the chip has no interrupts")

// EdgeWatch is a group of pins whose edges are watched.
type EdgeWatch interface {
	// Levels returns the current levels, bit n for the pin at index n of the names.
	Levels() (uint64, error)

	// Close releases the pins. No edge is delivered after it has returned. It may wait for
	// the end of a call of deliver, so a task calls it in Await.
	Close() error
}

// LevelReader is a pin whose level can be read with an error, which gpio.PinIn.Read
// cannot return. Reading may take as long as a transfer on a bus.
type LevelReader interface {
	ReadLevel() (gpio.Level, error)
}

// PolledPin is a pin of a device that reports no edges, such as an I/O expander. The
// pin is read with the period instead.
type PolledPin interface {
	gpio.PinIO
	LevelReader
	PollPeriod() time.Duration
}

// PWMPin is a pin with a hardware PWM output whose duty cycle has 16 bits.
type PWMPin interface {
	gpio.PinIO

	// StartPWM starts the output with a period of up to one second. An output that
	// already runs with this period, because an earlier process left it running, is
	// adopted: it keeps its duty cycle. Otherwise the duty cycle is 0.
	StartPWM(period time.Duration) (PWM, error)
}

// BoardPin is a pin that offers everything that the lines of a board do.
type BoardPin interface {
	EdgePin
	LevelReader
	PWMPin
	ImmediatePin
}

// ImmediatePin is a pin that may be set and read within microseconds. Calls of other
// pins may take as long as a transfer on a bus.
type ImmediatePin interface {
	Immediate() bool
}

// PWM is a running PWM output.
type PWM interface {
	// SetDuty sets the duty cycle: 0 is always low, 65535 always high. It takes a
	// few microseconds.
	SetDuty(duty uint16) error

	// Duty returns the duty cycle, rounded to 16 bits if the output was adopted.
	Duty() uint16

	// Close releases the output. At duty cycle 0 it is stopped, otherwise it keeps
	// running.
	Close() error
}

// Duty16 rounds a duty cycle of conn to 16 bits.
func Duty16(duty gpio.Duty) uint16 {
	return uint16((int64(duty)*65535 + int64(gpio.DutyMax)/2) / int64(gpio.DutyMax))
}
