package hwcheck

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"ptvd/internal/config"
	"ptvd/internal/gpio"
	"ptvd/internal/gpio/periph"
)

// Machine is what is known before a part is opened.
type Machine struct {
	Inventory     periph.Inventory
	OtherInstance int // PID of another ptvd that uses the hardware; 0: none
}

// Inspect returns what is known of this machine. With an error it returns the
// rest.
func Inspect() (Machine, error) {
	inventory, err := periph.TakeInventory()
	return Machine{inventory, otherInstance("/proc")}, err
}

// otherInstance returns the PID of another ptvd that runs or checks hardware. SPI
// ports and PWM outputs can be opened twice, so opening them would not tell.
func otherInstance(proc string) int {
	paths, _ := filepath.Glob(filepath.Join(proc, "[0-9]*", "cmdline"))
	for _, path := range paths {
		line, err := os.ReadFile(path)
		if err != nil {
			continue // the process has ended
		}
		args := strings.Split(string(line), "\x00")
		usesHardware := slices.Contains(args, "run") || slices.Contains(args, "--hardware")
		var pid int
		_, _ = fmt.Sscan(filepath.Base(filepath.Dir(path)), &pid)
		if usesHardware && filepath.Base(args[0]) == filepath.Base(os.Args[0]) && pid != os.Getpid() {
			return pid
		}
	}
	return 0
}

// location returns the chip or device of a part and its pins on the header; empty:
// unknown.
func (m Machine) location(p config.Part) string {
	var words []string
	name := gpio.Canonical(p.Name)
	switch p.Kind {
	case config.Line:
		if chip, line := periph.Lookup(m.Inventory.Chips, name); line != nil {
			words = append(words, fmt.Sprintf("%s line %d", chip.Label, line.Offset))
		}
	case config.SPIPort, config.I2CBus:
		for _, port := range slices.Concat(m.Inventory.SPI, m.Inventory.I2C) {
			if port.Name == name {
				words = append(words, port.Path)
			}
		}
	case config.PWMOutput:
		for _, chip := range m.Inventory.PWM {
			for _, channel := range chip.Channels {
				if channel.Name == name || slices.Contains(channel.Pins, name) {
					words = append(words, channel.Name+" of "+chip.Device)
					if len(channel.Pins) > 1 {
						words = append(words, strings.Join(channel.Pins, " or ")+" depending on the overlay")
					}
				}
			}
		}
	}
	if pins := headerPins(name); pins != "" {
		words = append(words, pins)
	}
	return strings.Join(words, ", ")
}

// holder returns the consumer name of the program that has a line open; empty: none,
// or not a line. The kernel does not tell who has a port open.
func (m Machine) holder(p config.Part) string {
	if p.Kind != config.Line {
		return ""
	}
	if _, line := periph.Lookup(m.Inventory.Chips, p.Name); line != nil {
		return line.Holder()
	}
	return ""
}

// gpioPins is the pin of the 40-pin header for each GPIO of a Raspberry Pi (Raspberry
// Pi documentation, "GPIO and the 40-pin header").
var gpioPins = [...]int{
	27, 28, 3, 5, 7, 29, 31, 26, 24, 21, 19, 23, 32, 33, // GPIO0 to 13
	8, 10, 36, 11, 12, 35, 38, 40, 15, 16, 18, 22, 37, 13, // GPIO14 to 27
}

// headerPins names the header's pins of a part; empty: unknown.
func headerPins(part string) string {
	var words []string
	for _, line := range gpio.BusLines(part) {
		if line.Function != "MISO" { // nothing that ptvd drives answers
			number, _ := strings.CutPrefix(headerPins(line.Line), "header pin ")
			words = append(words, fmt.Sprintf("%s (%s)", number, line.Function))
		}
	}
	if words != nil {
		return "header pins " + strings.Join(words, ", ")
	}
	number, isLine := strings.CutPrefix(part, "GPIO")
	n, err := strconv.ParseUint(number, 10, 8)
	if !isLine || err != nil || int(n) >= len(gpioPins) {
		return ""
	}
	return fmt.Sprintf("header pin %d", gpioPins[n])
}
