package sim

import (
	"fmt"
	"os"
	"sync"
	"syscall"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/gpioext"
	"ptvd/internal/scheduler"
)

// Board is a simulated board with the lines GPIO0 to GPIO27, PWM on GPIO12, GPIO13,
// GPIO18 and GPIO19, which are also pwmchip0/0 to pwmchip0/3, the ports SPI0.0 and
// SPI0.1, the bus I2C1, the serial port /dev/ttyAMA0, and the sensors of newSensors. Its methods may be called
// from any goroutine.
type Board struct {
	loop     *scheduler.Loop
	mu       sync.Mutex // guards the fields below and the parts
	closed   bool
	gone     bool // the GPIO chip was removed
	lines    map[string]*line
	ports    map[string]*port
	bus      sync.Mutex           // held during a transfer on I2C1; locked before mu
	i2c      map[uint16]I2CDevice // at the bus I2C1
	i2cFails map[uint16]*failures
	uart     *uart

	sensors map[sensor]gpio.Measurement
}

var _ gpio.Backend = (*Board)(nil)

const lineCount = 28

// pwmPins are the lines of the PWM channels of a Raspberry Pi 5.
var pwmPins = [...]string{"GPIO12", "GPIO13", "GPIO18", "GPIO19"}

// New returns a board whose edges are stamped with the time of the loop.
func New(loop *scheduler.Loop) *Board {
	b := &Board{
		loop: loop, lines: map[string]*line{}, ports: map[string]*port{},
		i2c: map[uint16]I2CDevice{}, i2cFails: map[uint16]*failures{}, uart: newUART(), sensors: newSensors(),
	}
	for n := range lineCount {
		name := fmt.Sprintf("GPIO%d", n)
		b.lines[name] = &line{name: name}
	}
	for _, name := range []string{"SPI0.0", "SPI0.1"} {
		b.ports[name] = &port{name: name}
	}
	return b
}

// Close makes further attempts to open a part fail.
func (b *Board) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	return nil
}

// findLine returns a line that is to be opened. The caller holds the lock.
func (b *Board) findLine(name string) (*line, error) {
	if b.closed {
		return nil, closedError("the board")
	}
	l := b.lines[gpio.Canonical(name)]
	if l == nil {
		return nil, fmt.Errorf("no GPIO line is named %s: the simulated board has GPIO0 to GPIO%d", name, lineCount-1)
	}
	if b.gone {
		return nil, goneError(l.name)
	}
	return l, nil
}

// line returns a line for the methods that simulate hardware. The caller holds the lock.
func (b *Board) line(name string) *line {
	l := b.lines[name]
	if l == nil {
		panic("sim: no line is named " + name)
	}
	return l
}

// closedError stands for the kernel's EBADF.
func closedError(what string) error { return fmt.Errorf("%s: %w", what, os.ErrClosed) }

// edgelessError stands for the kernel's ENXIO.
func edgelessError(line string) error {
	return fmt.Errorf("%s: %w: %w", line, gpioext.ErrNoEdges, syscall.ENXIO)
}

// busyError names the consumer that holds a part.
func busyError(name, consumer string) error {
	return fmt.Errorf("%s: %w (held as %s); close that or use another pin", name, syscall.EBUSY, consumer)
}
