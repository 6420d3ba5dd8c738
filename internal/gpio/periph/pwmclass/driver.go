package pwmclass

import (
	"errors"
	"strings"

	"periph.io/x/conn/v3/driver/driverreg"
	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpioreg"
)

// driver implements driver.Impl of conn.
type driver struct{}

func init() { driverreg.MustRegister(driver{}) }

// String returns the name of the driver.
func (driver) String() string { return "sysfs-pwm" }

// Prerequisites returns nothing.
func (driver) Prerequisites() []string { return nil }

// After returns nothing.
func (driver) After() []string { return nil }

// Init registers the channels of all chips. It is skipped if there is no chip.
func (driver) Init() (bool, error) {
	chips, err := Chips()
	if err == nil && len(chips) == 0 {
		return false, errors.New("no PWM chip in " + theClass.root)
	}
	for _, chip := range chips {
		for _, channel := range chip.Channels {
			register(channel.Name)
		}
	}
	return true, err
}

// register registers a channel, unless gpioreg knows it already.
func register(name string) { _ = gpioreg.Register(NewPin(name)) }

// Drives reports whether a name is that of a channel, or of a pin that one can drive.
func Drives(name string) bool {
	_, _, err := theClass.find(name)
	return err == nil
}

// ByName returns the pin of a channel from gpioreg, nil if the name is not that of a
// channel. Channels that were added after Init are registered first.
func ByName(name string) gpio.PinIO {
	chip, _, _ := strings.Cut(name, "/")
	if chipNumber(chip) < 0 || !Drives(name) {
		return nil
	}
	register(name)
	return gpioreg.ByName(name)
}
