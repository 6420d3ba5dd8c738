package sim

import (
	"fmt"
	"syscall"

	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/physic"

	"ptvd/internal/gpio"
)

// I2CDevice is a device at an address of the bus I2C1.
type I2CDevice interface {
	// Tx receives the bytes that are written, and then fills r with those that are
	// read. It is called on the goroutine of the transfer, one transfer at a time.
	Tx(w, r []byte) error
}

// AttachI2C connects a device to an address of the bus I2C1, in place of the previous
// one. With nil, transfers to the address fail, as they are not acknowledged.
func (b *Board) AttachI2C(address uint16, d I2CDevice) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if d == nil {
		delete(b.i2c, address)
	} else {
		b.i2c[address] = d
	}
}

// FailI2C makes the next n transfers to an address of the bus I2C1 fail before their first
// byte arrives.
func (b *Board) FailI2C(address uint16, n int, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.i2cFails[address] = &failures{n, err}
}

// OpenI2C opens the bus I2C1.
func (b *Board) OpenI2C(name string) (i2c.BusCloser, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil, closedError("the board")
	}
	if gpio.Canonical(name) != "I2C1" {
		return nil, fmt.Errorf("no I2C bus is named %s: the simulated board has I2C1", name)
	}
	return &openBus{board: b}, nil
}

// openBus is the open bus.
type openBus struct{ board *Board }

// String returns the name.
func (o *openBus) String() string { return "I2C1" }

// Tx implements i2c.Bus.
func (o *openBus) Tx(address uint16, w, r []byte) error {
	o.board.bus.Lock()
	defer o.board.bus.Unlock()
	o.board.mu.Lock()
	device, err := o.board.i2c[address], o.board.i2cFails[address].next()
	o.board.mu.Unlock()
	if err != nil {
		return fmt.Errorf("I2C1: %w", err)
	}
	if device == nil {
		return fmt.Errorf("I2C1: no device at address %#02x: %w", address, syscall.EREMOTEIO)
	}
	return device.Tx(w, r)
}

// SetSpeed does nothing.
func (o *openBus) SetSpeed(physic.Frequency) error { return nil }

// Close does nothing.
func (o *openBus) Close() error { return nil }
