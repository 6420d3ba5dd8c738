package periph

import (
	"errors"

	"periph.io/x/conn/v3/spi"
	"periph.io/x/host/v3/sysfs"

	"ptvd/internal/gpio"
	"ptvd/internal/scheduler"
)

// Board is the board that the process runs on.
type Board struct {
	now         func() scheduler.Instant
	chips       func() []Chip
	request     requester
	dev         string // where the SPI ports are
	openPort    func(bus, chipSelect int) (spi.PortCloser, error)
	sendMessage func(fd uintptr, transfers []spiTransfer) error
	pwm         *pwmClass
}

var _ gpio.Backend = (*Board)(nil)

// New returns the board. It looks for nothing yet: what a line or a port lacks is
// said when it is opened, and a chip that comes later is found then.
//
// now is the loop's, on which edges are stamped. Any goroutine must be free to call
// it, and it should count as CLOCK_MONOTONIC does, like the scheduler's clock of the
// system: the kernel stamps edges by that one. On another clock an edge carries the
// time at which it was read.
func New(now func() scheduler.Instant) *Board {
	return &Board{
		now: now, chips: func() []Chip { return readChips("/dev") }, request: requestLines,
		dev: "/dev", openPort: openPort, sendMessage: sendMessage, pwm: newPWMClass(pwmRoot),
	}
}

// openPort goes past periph.io's registry, which knows only the ports that were
// there when the process began.
func openPort(bus, chipSelect int) (spi.PortCloser, error) {
	port, err := sysfs.NewSPI(bus, chipSelect)
	if err != nil {
		return nil, err // not port, a nil *sysfs.SPI
	}
	return port, nil
}

// Close does nothing: what was opened is closed part by part.
func (b *Board) Close() error { return nil }

var errClosed = errors.New("already closed")
