package header

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// BusLine is a line of the header that belongs to a bus or port while it is open.
type BusLine struct{ Line, Function string }

// BusLines returns the lines of an SPI port, an I2C bus or an address on it, or a serial
// port: those that the device tree gives to it, on a Raspberry Pi whose device tree
// has it, otherwise the usual ones of a Raspberry Pi. None means that they are not known.
//
// A line that is used for something else is lost to the bus until the next reboot.
func (b *Board) BusLines(name string) []BusLine {
	usual := usualLines(name)
	var lines []BusLine
	functions := b.functions()
	for _, line := range slices.Sorted(maps.Keys(functions)) {
		if functions[line] != strings.ToLower(Bus(name)) {
			continue
		}
		own := BusLine{"GPIO" + strconv.Itoa(line), "a line"}
		if i := slices.IndexFunc(usual, func(u BusLine) bool { return u.Line == own.Line }); i >= 0 {
			own = usual[i]
		}
		lines = append(lines, own)
	}
	if lines == nil {
		return usual
	}
	return lines
}

// Bus returns the bus of a port or of an address, SPI0 or I2C1, or the name itself.
func Bus(name string) string {
	if strings.HasPrefix(name, "/") {
		return name
	}
	bus, _, _ := strings.Cut(name, "/")
	bus, _, _ = strings.Cut(bus, ".")
	return bus
}

// usualLines returns the lines of a bus, the chip select last, unless an overlay moves
// them (Raspberry Pi documentation, "GPIO and the 40-pin header").
func usualLines(name string) []BusLine {
	switch Bus(name) {
	case "/dev/serial0", "/dev/ttyAMA0", "/dev/ttyS0":
		return []BusLine{{"GPIO14", "TXD"}, {"GPIO15", "RXD"}}
	case "I2C1":
		return []BusLine{{"GPIO2", "SDA"}, {"GPIO3", "SCL"}}
	case "I2C0":
		return []BusLine{{"GPIO0", "SDA"}, {"GPIO1", "SCL"}}
	}
	cs, ok := chipSelects[name]
	switch {
	case !ok:
		return nil
	case Bus(name) == "SPI1":
		return []BusLine{{"GPIO20", "MOSI"}, {"GPIO21", "SCLK"}, {"GPIO19", "MISO"}, {cs, "CS"}}
	}
	return []BusLine{{"GPIO10", "MOSI"}, {"GPIO11", "SCLK"}, {"GPIO9", "MISO"}, {cs, "CS"}}
}

var chipSelects = map[string]string{
	"SPI0.0": "GPIO8", "SPI0.1": "GPIO7",
	"SPI1.0": "GPIO18", "SPI1.1": "GPIO17", "SPI1.2": "GPIO16",
}
