package gpio

import "strings"

// BusLine is a line of the 40-pin header that belongs to a bus or port while it is open.
type BusLine struct{ Line, Function string }

// BusLines returns the lines of an SPI port (its chip select last), an I2C bus or a
// serial port of a Raspberry Pi, unless an overlay moves them; none: unknown. A line
// that is used for something else is lost to the bus until the next reboot (Raspberry Pi documentation, "GPIO and the 40-pin header").
func BusLines(name string) []BusLine {
	port, _, _ := strings.Cut(Canonical(name), "/")
	switch {
	case name == "/dev/serial0", name == "/dev/ttyAMA0", name == "/dev/ttyS0":
		return []BusLine{{"GPIO14", "TXD"}, {"GPIO15", "RXD"}}
	case port == "I2C1":
		return []BusLine{{"GPIO2", "SDA"}, {"GPIO3", "SCL"}}
	case port == "I2C0":
		return []BusLine{{"GPIO0", "SDA"}, {"GPIO1", "SCL"}}
	}
	bus, chip, _ := strings.Cut(port, ".")
	cs, ok := chipSelects[bus][chip]
	if !ok {
		return nil
	}
	if bus == "SPI1" {
		return []BusLine{{"GPIO20", "MOSI"}, {"GPIO21", "SCLK"}, {"GPIO19", "MISO"}, {cs, "CS"}}
	}
	return []BusLine{{"GPIO10", "MOSI"}, {"GPIO11", "SCLK"}, {"GPIO9", "MISO"}, {cs, "CS"}}
}

var chipSelects = map[string]map[string]string{
	"SPI0": {"0": "GPIO8", "1": "GPIO7"},
	"SPI1": {"0": "GPIO18", "1": "GPIO17", "2": "GPIO16"},
}

// PWMChannels lists the lines that each PWM channel of boards up to the Raspberry Pi 4
// can drive, one of them at a time (BCM2835 ARM Peripherals, 6.2: PWM0 and PWM1). Each of
// these lines of a Raspberry Pi 5 has a channel of its own.
var PWMChannels = [][]string{{"GPIO12", "GPIO18"}, {"GPIO13", "GPIO19"}}
