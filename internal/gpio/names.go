package gpio

import "strings"

// Canonical returns the canonical spelling of a name: SPI0.0 for /dev/spidev0.0, I2C1
// for /dev/i2c-1.
func Canonical(name string) string {
	if port, ok := strings.CutPrefix(name, "/dev/spidev"); ok {
		return "SPI" + port
	}
	if bus, ok := strings.CutPrefix(name, "/dev/i2c-"); ok {
		return "I2C" + bus
	}
	return name
}
