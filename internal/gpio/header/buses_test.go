package header

import (
	"slices"
	"testing"
)

func owns(b *Board, bus, line string) bool {
	return slices.ContainsFunc(b.BusLines(bus), func(own BusLine) bool { return own.Line == line })
}

func TestABusOwnsItsUsualLinesWhereNoDeviceTreeTells(t *testing.T) {
	board := Read(treeOf(nil))
	for name, want := range map[string]string{
		"SPI0.0": "GPIO10", "SPI0.1": "GPIO7", "SPI1.2": "GPIO16", "I2C1": "GPIO2",
		"I2C1/0x20": "GPIO3", "I2C0": "GPIO0", "/dev/serial0": "GPIO14", "/dev/ttyAMA0": "GPIO15", "/dev/ttyS0": "GPIO14",
	} {
		if !owns(board, name, want) {
			t.Errorf("%s does not own %s: %v", name, want, board.BusLines(name))
		}
	}
	for _, name := range []string{"", "/dev/ttyUSB0", "GPIO17", "SPI2.0", "I2C20", "pwmchip0/0"} {
		if lines := board.BusLines(name); lines != nil {
			t.Errorf("%s owns %v", name, lines)
		}
	}
}

// An overlay has moved the chip select of SPI0 from GPIO8 to GPIO9, and I2C0 is on the
// connector of the camera.
func TestABusOwnsTheLinesThatTheDeviceTreeGivesToIt(t *testing.T) {
	board := Read(treeOf(map[string]string{
		"soc/gpio@7e200000/compatible":          "brcm,bcm2835-gpio",
		"soc/gpio@7e200000/spi0_pins/phandle":   "<one",
		"soc/gpio@7e200000/spi0_pins/brcm,pins": "<10 11 9",
		"soc/gpio@7e200000/i2c0_pins/phandle":   "<two",
		"soc/gpio@7e200000/i2c0_pins/brcm,pins": "<44 45",
		"soc/spi@7e204000/pinctrl-0":            "<one",
		"soc/i2c@7e205000/pinctrl-0":            "<two",
		"aliases/spi0":                          "/soc/spi@7e204000",
		"aliases/i2c0":                          "/soc/i2c@7e205000",
	}))
	for line, want := range map[string]bool{"GPIO10": true, "GPIO9": true, "GPIO8": false} {
		if owns(board, "SPI0.0", line) != want {
			t.Errorf("SPI0.0 owns %s: %v", line, !want)
		}
	}
	if owns(board, "I2C0", "GPIO0") || !owns(board, "I2C0", "GPIO44") {
		t.Errorf("I2C0 owns %v", board.BusLines("I2C0"))
	}
}
