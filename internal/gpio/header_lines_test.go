package gpio_test

import (
	"testing"

	"ptvd/internal/gpio"
)

func TestABusOwnsItsLinesUnderEachOfItsNames(t *testing.T) {
	for name, want := range map[string]string{
		"SPI0.0": "GPIO10", "/dev/spidev0.1": "GPIO7", "SPI1.2": "GPIO16", "I2C1": "GPIO2", "/dev/i2c-1": "GPIO3",
		"I2C1/0x20": "GPIO3", "I2C0": "GPIO0", "/dev/serial0": "GPIO14", "/dev/ttyAMA0": "GPIO15", "/dev/ttyS0": "GPIO14",
	} {
		owns := false
		for _, line := range gpio.BusLines(name) {
			owns = owns || line.Line == want
		}
		if !owns {
			t.Errorf("%s does not own %s: %v", name, want, gpio.BusLines(name))
		}
	}
	for _, name := range []string{"/dev/ttyUSB0", "GPIO17", "SPI2.0", "I2C20"} {
		if lines := gpio.BusLines(name); lines != nil {
			t.Errorf("%s owns %v", name, lines)
		}
	}
}
