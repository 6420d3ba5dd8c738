package hwcheck

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ptvd/internal/config"
	"ptvd/internal/gpio"
	"ptvd/internal/gpio/header"
	"ptvd/internal/gpio/periph"
	"ptvd/internal/schema"
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
	case schema.Pin:
		if chip, line := periph.Lookup(m.Inventory.Chips, name); line != nil {
			words = append(words, fmt.Sprintf("%s line %d", chip.Label, line.Offset))
		}
	case schema.SPI, schema.I2C:
		for _, port := range slices.Concat(m.Inventory.SPI, m.Inventory.I2C) {
			if port.Name == name {
				words = append(words, port.Path)
			}
		}
	case schema.PWM:
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
	if pins := headerPins(header.This(), name); pins != "" {
		words = append(words, pins)
	}
	return strings.Join(words, ", ")
}

// holder returns the consumer name of the program that has a line open; empty: none,
// or not a line. The kernel does not tell who has a port open.
func (m Machine) holder(p config.Part) string {
	if p.Kind != schema.Pin {
		return ""
	}
	if _, line := periph.Lookup(m.Inventory.Chips, p.Name); line != nil {
		return line.Holder()
	}
	return ""
}

// headerPins names the header's pins of a part; empty: unknown.
func headerPins(board *header.Board, part string) string {
	var pins []string
	for _, own := range board.BusLines(part) {
		if own.Function != "MISO" { // nothing that ptvd drives answers
			pins = append(pins, fmt.Sprintf("%d (%s)", board.Pin(own.Line), own.Function))
		}
	}
	if pins != nil {
		return "header pins " + strings.Join(pins, ", ")
	}
	if pin := board.Pin(part); pin > 0 {
		return fmt.Sprintf("header pin %d", pin)
	}
	return ""
}
