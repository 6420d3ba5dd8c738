package periph

import (
	"errors"
	"log/slog"

	"periph.io/x/conn/v3/spi"
	"periph.io/x/host/v3/sysfs"

	"ptvd/internal/gpio"
	"ptvd/internal/scheduler"
)

// Board is the board that the process runs on.
type Board struct {
	now         func() scheduler.Instant
	chips       []chip
	dev         string // where the SPI ports are
	openPort    func(bus, chipSelect int) (spi.PortCloser, error)
	sendMessage func(fd uintptr, transfers []spiTransfer) error
	pwm         *pwmClass
}

var _ gpio.Backend = (*Board)(nil)

// Open looks for the board's hardware. While it does so for the first time, nothing
// else in the process may open a file: on some boards periph.io closes one of its
// descriptors twice, and a file that was given the number in between would be closed
// with it. Files that are open already are safe, standard input with them (see
// keepStdin).
//
// Edges are stamped with now, which any goroutine must be free to call.
//
// A board with no hardware at all opens without an error; what a line or port
// lacks is said when it is opened.
func Open(log *slog.Logger, now func() scheduler.Instant) (*Board, error) {
	found := loadDrivers()
	if found.err != nil {
		return nil, found.err
	}
	for _, message := range found.messages {
		log.Warn("periph.io: " + message)
	}
	for _, d := range found.drivers {
		log.Debug("periph.io driver", "driver", d.Name, "state", d.State, "why", d.Why)
	}
	return &Board{
		now: now, chips: chips(), pwm: newPWMClass(pwmRoot),
		dev: "/dev", openPort: openPort, sendMessage: sendMessage,
	}, nil
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

// Close does nothing: what was opened is closed part by part, and periph.io keeps
// its chips for the life of the process, since it can look for them only once.
func (b *Board) Close() error { return nil }

var errClosed = errors.New("already closed")
