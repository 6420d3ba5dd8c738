package gpio

import (
	"io"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/spi"

	"ptvd/internal/gpio/gpioext"
	"ptvd/internal/scheduler"
)

// Level is the level of a line. In an [Input] it is logical: High means active.
type Level = gpio.Level

// The two levels of a line.
const (
	Low  = gpio.Low
	High = gpio.High
)

// PWM is an open PWM output.
type PWM = gpioext.PWM

// QueueSize is the number of edges that are queued for an [Input].
const QueueSize = gpioext.QueueSize

// Edge is a change of one line of an [Input].
type Edge struct {
	Line  int // index in InputOptions.Lines
	Level Level
	At    scheduler.Instant // when it happened, not when it was read
}

// Backend finds pins, ports and buses by name, as periph's interfaces. Its methods may
// block and may be called from any goroutine.
type Backend interface {
	// Pin returns a pin. Nothing is opened until the pin is used. It may implement
	// the interfaces of package gpioext.
	Pin(name string) (gpio.PinIO, error)

	// OpenSPI opens a port with one chip select, which is to be connected once.
	OpenSPI(name string) (spi.PortCloser, error)

	// OpenI2C opens a bus. It may be opened several times.
	OpenI2C(name string) (i2c.BusCloser, error)

	// OpenUART opens a serial port with 8 data bits, no parity and 1 stop bit, at a
	// speed in bits per second. Close ends a Read.
	OpenUART(name string, baud int) (io.ReadWriteCloser, error)

	// ReadSensor reads a channel of a sensor once.
	ReadSensor(device, channel string) (Measurement, error)

	// Close releases what the backend itself holds.
	Close() error
}

// Measurement is what a sensor has measured.
type Measurement struct {
	Value float64
	Unit  string // as people write it: °C
}
