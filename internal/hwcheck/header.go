package hwcheck

import (
	"fmt"
	"strconv"
	"strings"
)

// header gives the pin of the 40-pin header for each GPIO of a Raspberry Pi with
// one (Raspberry Pi documentation, "GPIO and the 40-pin header").
var header = [...]int{
	27, 28, 3, 5, 7, 29, 31, 26, 24, 21, 19, 23, 32, 33, // GPIO0 to 13
	8, 10, 36, 11, 12, 35, 38, 40, 15, 16, 18, 22, 37, 13, // GPIO14 to 27
}

// spiHeader gives the pins for data, clock and select of the ports that have them
// on the header without an overlay that says otherwise.
var spiHeader = map[string][3]int{
	"SPI0.0": {19, 23, 24}, "SPI0.1": {19, 23, 26},
	"SPI1.0": {38, 40, 12}, "SPI1.1": {38, 40, 11}, "SPI1.2": {38, 40, 36},
}

// headerPins says where to put the soldering iron; empty: it is not known.
func headerPins(part string) string {
	if pins, ok := spiHeader[part]; ok {
		return fmt.Sprintf("header pins %d data, %d clock, %d select", pins[0], pins[1], pins[2])
	}
	number, isLine := strings.CutPrefix(part, "GPIO")
	n, err := strconv.ParseUint(number, 10, 8)
	if !isLine || err != nil || int(n) >= len(header) {
		return ""
	}
	return fmt.Sprintf("header pin %d", header[n])
}
