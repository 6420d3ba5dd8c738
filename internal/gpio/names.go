package gpio

import "strings"

// Canonical returns the canonical spelling of a name: SPI0.0 for /dev/spidev0.0.
func Canonical(name string) string {
	if port, ok := strings.CutPrefix(name, "/dev/spidev"); ok {
		return "SPI" + port
	}
	return name
}
