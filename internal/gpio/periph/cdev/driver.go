package cdev

import (
	"errors"

	"periph.io/x/conn/v3/driver/driverreg"
	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpioreg"
)

// driver implements driver.Impl of conn.
type driver struct{ kernel kernel }

var theDriver = driver{kernel{Chips, requestLines}}

func init() { driverreg.MustRegister(&theDriver) }

// String returns the name of periph's gpioioctl driver, whose place this one takes: the
// driver sysfs-gpio of package sysfs depends on it, and without it driverreg.Init fails
// for all drivers.
func (d *driver) String() string { return "ioctl-gpio" }

// Prerequisites returns nothing.
func (d *driver) Prerequisites() []string { return nil }

// After returns nothing.
func (d *driver) After() []string { return nil }

// Init registers the named lines of all chips. It is skipped if there is no chip, and
// fails with the reasons if no chip could be read.
func (d *driver) Init() (bool, error) {
	chips := d.kernel.chips()
	if len(chips) == 0 {
		return false, errors.New("no GPIO chip in /dev")
	}
	var problems []error
	for _, c := range chips {
		problems = append(problems, c.err)
	}
	if registered := d.register(chips); registered > 0 {
		return true, nil
	}
	return true, errors.Join(problems...)
}

// register registers the lines that gpioreg does not know yet.
func (d *driver) register(chips []Chip) (registered int) {
	for _, c := range chips {
		for _, line := range c.Lines {
			if line.Name == "" {
				continue
			}
			number := -1
			if c.rank() == 0 {
				number = line.Offset
			}
			if gpioreg.Register(newPin(&d.kernel, line.Name, number)) == nil {
				registered++
			}
		}
	}
	return registered
}

// ByName returns the pin of a line from gpioreg. Lines that were added after Init are
// registered first.
func ByName(name string) (gpio.PinIO, error) { return theDriver.byName(name) }

func (d *driver) byName(name string) (gpio.PinIO, error) {
	if p := gpioreg.ByName(name); p != nil {
		return p, nil
	}
	chips := d.kernel.chips()
	d.register(chips)
	if p := gpioreg.ByName(name); p != nil {
		return p, nil
	}
	return nil, unknown(chips, name)
}
