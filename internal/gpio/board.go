package gpio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/spi"

	"ptvd/internal/scheduler"
)

// Board is the view that one instance has of the board. Its methods are called by
// tasks; they open parts on another goroutine and await the result. What they return is
// claimed for the instance until it stops, and fails with os.ErrClosed afterwards.
type Board struct {
	backend Backend
	claims  *Claims
	owner   string
	open    map[string]io.Closer // by name; a part that is opened again replaces the previous one
	polled  []string             // what Polled returns
}

// NewBoard returns the view of the instance owner. Boards that share a backend must
// share claims.
func NewBoard(backend Backend, claims *Claims, owner string) *Board {
	return &Board{backend: backend, claims: claims, owner: owner}
}

// Output opens an output line that starts at a level.
func (b *Board) Output(t *scheduler.Task, name string, first Level) (*Output, error) {
	pin, err := open(b, t, func() (*claimedPin, error) {
		pin, err := b.pin(name)
		if err != nil {
			return nil, err
		}
		return pin, pin.Out(first)
	}, name)
	if err != nil {
		return nil, err
	}
	return &Output{pin}, nil
}

// PWM opens a PWM output with a period of up to one second. An output that an earlier
// process left running with this period keeps its duty cycle, otherwise it starts at 0.
func (b *Board) PWM(t *scheduler.Task, name string, period time.Duration) (PWM, error) {
	return open(b, t, func() (PWM, error) { return openPWM(b.backend, name, period) }, name)
}

// Pin returns a pin for a driver of periph. Nothing is opened until it is used, which
// must be within Await, since its calls may block.
func (b *Board) Pin(t *scheduler.Task, name string) (gpio.PinIO, error) {
	pin, err := open(b, t, func() (*claimedPin, error) { return b.pin(name) }, name)
	if err != nil {
		return nil, err
	}
	return pin, nil
}

// SPI opens a port for a driver of periph, or for a plugin that connects it itself.
// Transfers must be within Await. Each takes at most 4096 bytes, unless the kernel's
// spidev is configured otherwise.
func (b *Board) SPI(t *scheduler.Task, name string) (spi.PortCloser, error) {
	return open(b, t, func() (spi.PortCloser, error) {
		port, err := b.backend.OpenSPI(name)
		if err != nil {
			return nil, err
		}
		return newSPIPort(name, port, &b.claims.SPI), nil
	}, name)
}

// I2C opens a bus for a driver of periph, for one address of 7 bits. Other instances may
// use other addresses. Transfers must be within Await.
func (b *Board) I2C(t *scheduler.Task, name string, address uint16) (i2c.BusCloser, error) {
	return open(b, t, func() (i2c.BusCloser, error) {
		return OpenI2C(b.backend, b.claims, b.owner, name, address)
	}, I2CAddressName(name, address))
}

// UART opens a serial port with 8 data bits, no parity and 1 stop bit, at a speed in
// bits per second. Read and Write must be within Await.
func (b *Board) UART(t *scheduler.Task, name string, baud int) (io.ReadWriteCloser, error) {
	return open(b, t, func() (io.ReadWriteCloser, error) {
		port, err := b.backend.OpenUART(name, baud)
		if err != nil {
			return nil, err
		}
		return &uartPort{guard{name: Canonical(name), release: port.Close}, port, &b.claims.UART}, nil
	}, name)
}

// ReadSensor measures once, by a driver of the kernel: a channel of a device, as "ptvd
// pins" lists them. It must be within Await: a DS18B20 takes 750 ms. Several instances may
// read a sensor.
func (b *Board) ReadSensor(device, channel string) (Measurement, error) {
	return b.backend.ReadSensor(device, channel)
}

// pin returns a claimed pin.
func (b *Board) pin(name string) (*claimedPin, error) {
	pin, err := b.backend.Pin(name)
	if err != nil {
		return nil, err
	}
	return &claimedPin{guard{name: name, release: pin.Halt}, pin}, nil
}

// open claims names for the instance until Board.Close, and opens the part on another
// goroutine.
func open[T io.Closer](b *Board, t *scheduler.Task, make func() (T, error), names ...string) (T, error) {
	var none T
	for _, name := range names {
		if err := b.claims.take(name, b.owner); err != nil {
			return none, err
		}
	}
	part, err := scheduler.Await(t, func(context.Context) (T, error) { return make() })
	if err != nil {
		return none, err
	}
	if b.open == nil {
		b.open = map[string]io.Closer{}
	}
	b.open[names[0]] = part
	return part, nil
}

// Close closes what the instance opened and releases its claims. It waits for calls
// that have not returned, but not for long: a driver that hangs is left behind, and its
// part is released when it returns.
func (b *Board) Close(t *scheduler.Task) error {
	var errs []error
	err := t.Group(func(g *scheduler.Group) error {
		for _, name := range slices.Sorted(maps.Keys(b.open)) {
			part := b.open[name]
			g.Go("close", func(t *scheduler.Task) error {
				errs = append(errs, closePart(t, name, part))
				return nil
			})
		}
		return nil
	})
	clear(b.open)
	b.claims.releaseAll(b.owner)
	return errors.Join(append(errs, err)...)
}

const (
	// closeTimeout limits how long a part is closed, which takes microseconds unless its
	// driver hangs. The whole daemon must stop within a second.
	closeTimeout = 250 * time.Millisecond

	// closePause is the time after which a part that was in use is closed again.
	closePause = 5 * time.Millisecond
)

// closePart closes a part, waiting for a call in progress.
func closePart(t *scheduler.Task, name string, part io.Closer) error {
	err := t.Timeout(closeTimeout, func() error {
		for {
			if err := scheduler.Do(t, part.Close); !errors.Is(err, errInUse) {
				return err
			}
			if err := t.Sleep(closePause); err != nil {
				return err
			}
		}
	})
	if errors.Is(err, scheduler.ErrTimeout) {
		return fmt.Errorf("%s: not closed within %v: its driver hangs", name, closeTimeout)
	}
	return err
}

// Close closes an open part or a board beside the loop. After limit it returns
// [scheduler.ErrTimeout] and leaves a driver that hangs behind.
func Close(t *scheduler.Task, part io.Closer, limit time.Duration) error {
	return t.Timeout(limit, func() error { return scheduler.Do(t, part.Close) })
}
