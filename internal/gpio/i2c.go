package gpio

import (
	"fmt"

	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/physic"
)

// OpenI2C claims an address of a bus for an owner and opens the bus for it.
func OpenI2C(backend Backend, claims *Claims, owner, name string, address uint16) (i2c.BusCloser, error) {
	claim := I2CAddressName(name, address)
	if err := claims.take(claim, owner); err != nil {
		return nil, err
	}
	bus, err := backend.OpenI2C(name)
	if err != nil {
		return nil, err
	}
	return &i2cBus{guard{name: claim, release: bus.Close}, bus, address, &claims.I2C}, nil
}

// i2cBus is a bus of which one address is claimed.
type i2cBus struct {
	guard
	bus     i2c.BusCloser
	address uint16
	counter *Counter
}

// String returns the name of the bus and the address.
func (b *i2cBus) String() string { return b.name }

// Tx implements i2c.Bus.
func (b *i2cBus) Tx(address uint16, w, r []byte) error {
	if address != b.address {
		return fmt.Errorf("%s: transfer to address %#x, which is not claimed", b.name, address)
	}
	if err := b.lock(); err != nil {
		return err
	}
	defer b.unlock()
	if err := b.bus.Tx(address, w, r); err != nil {
		return fmt.Errorf("%s: %w", b.name, err)
	}
	b.counter.add(len(w) + len(r))
	return nil
}

// SetSpeed implements i2c.Bus. It fails, since the speed is that of all devices.
func (b *i2cBus) SetSpeed(physic.Frequency) error {
	return fmt.Errorf("%s: the speed of a shared bus is set for the whole system, by dtparam=i2c_arm_baudrate= in /boot/firmware/config.txt", b.name)
}

// I2CAddressName is what an address on a bus is called: I2C1/0x20.
func I2CAddressName(bus string, address uint16) string {
	return fmt.Sprintf("%s/%#02x", Canonical(bus), address)
}
