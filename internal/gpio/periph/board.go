package periph

import (
	"fmt"
	"strconv"
	"sync"

	"periph.io/x/conn/v3/driver/driverreg"
	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpioreg"
	"periph.io/x/host/v3/sysfs"

	board "ptvd/internal/gpio"
	"ptvd/internal/gpio/periph/cdev"
	"ptvd/internal/gpio/periph/pwmclass"
	"ptvd/internal/gpio/periph/sensors"
)

// Board is the board that the process runs on.
type Board struct{}

var _ board.Backend = Board{}

// initDrivers initializes the drivers of periph once. Drivers that are skipped or fail
// are no error: the board may have other parts, and what is missing is reported when it
// is opened.
var initDrivers = sync.OnceFunc(func() {
	_, _ = driverreg.Init()
	// Those of the driver sysfs-gpio are the same lines, under the numbers of the
	// deprecated interface in /sys/class/gpio.
	for number, pin := range sysfs.Pins {
		if gpioreg.ByName(pin.Name()) == gpio.PinIO(pin) {
			_ = gpioreg.Unregister(pin.Name())
		}
		_ = gpioreg.Unregister(strconv.Itoa(number)) // its alias
	}
})

// Pin returns any pin that is registered in gpioreg: a GPIO line such as GPIO17, a PWM
// channel such as pwmchip0/0, or a pin of another driver. Lines and channels may have
// been added after the process started.
func (Board) Pin(name string) (gpio.PinIO, error) {
	initDrivers()
	pin := gpioreg.ByName(name)
	if pin == nil {
		pin = pwmclass.ByName(name)
	}
	if pin == nil {
		line, err := cdev.ByName(name)
		if err != nil && pwmclass.Drives(name) { // without its GPIO chip
			return pwmclass.NewPin(name), nil
		}
		return line, err
	}
	if alias, ok := pin.(gpio.RealPin); ok {
		return nil, fmt.Errorf("%s is another name of %s; use that name, by which claims are compared", name, alias.Real().Name())
	}
	return pin, nil
}

// ReadSensor reads a channel of a sensor by its driver in the kernel.
func (Board) ReadSensor(device, channel string) (board.Measurement, error) {
	return sensors.Read(device, channel)
}

// Close does nothing: parts are closed one by one.
func (Board) Close() error { return nil }
