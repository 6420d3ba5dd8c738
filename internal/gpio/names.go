package gpio

import "strings"

// Canonical returns the one spelling of a part's name: /dev/spidev0.0 is SPI0.0.
func Canonical(name string) string {
	if port, ok := strings.CutPrefix(name, "/dev/spidev"); ok {
		return "SPI" + port
	}
	return name
}
