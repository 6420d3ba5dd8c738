package periph

import (
	"fmt"
	"strconv"
	"strings"

	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/i2c/i2creg"
	"periph.io/x/host/v3/sysfs"

	board "ptvd/internal/gpio"
)

// OpenI2C opens a bus that is registered in i2creg, such as I2C1 or /dev/i2c-1, or one
// that was added after the process started.
func (Board) OpenI2C(name string) (i2c.BusCloser, error) {
	initDrivers()
	for _, ref := range i2creg.All() {
		if name == ref.Name || board.Canonical(name) == board.Canonical(ref.Name) {
			bus, err := ref.Open()
			return bus, explainBus(name, err)
		}
	}
	digits, isI2C := strings.CutPrefix(board.Canonical(name), "I2C")
	number, err := strconv.ParseUint(digits, 10, 16)
	if !isI2C || err != nil {
		return nil, fmt.Errorf("%s is not an I2C bus: write I2C1 or /dev/i2c-1", name)
	}
	bus, err := sysfs.NewI2C(int(number))
	if err != nil {
		return nil, explainBus(name, err)
	}
	return bus, nil
}

// explainBus adds to an error of opening a bus what to do about it.
func explainBus(name string, err error) error {
	if err == nil {
		return nil
	}
	return explainDevice(name, "/dev/i2c-"+strings.TrimPrefix(board.Canonical(name), "I2C"), err,
		"add dtparam=i2c_arm=on to /boot/firmware/config.txt and i2c-dev to /etc/modules, and restart")
}
