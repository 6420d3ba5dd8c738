package hwcheck

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ptvd/internal/config"
	"ptvd/internal/gpio"
	"ptvd/internal/gpio/periph"
)

// Surroundings is what is known of the machine before a part is opened.
type Surroundings struct {
	Inventory periph.Inventory
	Rival     int // another ptvd that works on the hardware; 0: none is seen
}

// Look looks at this machine. With an error it returns what could be seen in
// spite of it.
func Look() (Surroundings, error) {
	inventory, err := periph.TakeInventory()
	return Surroundings{inventory, rival("/proc")}, err
}

// rival returns the process of another ptvd that runs, or checks hardware. SPI
// ports and PWM outputs can be opened beside it, and would be, so that they do not
// tell.
func rival(proc string) int {
	paths, _ := filepath.Glob(filepath.Join(proc, "[0-9]*", "cmdline"))
	for _, path := range paths {
		line, err := os.ReadFile(path) // an error is a process that has ended
		if err != nil {
			continue
		}
		args := strings.Split(string(line), "\x00")
		works := slices.Contains(args, "run") || slices.Contains(args, "--hardware")
		var pid int
		_, _ = fmt.Sscan(filepath.Base(filepath.Dir(path)), &pid)
		if works && filepath.Base(args[0]) == filepath.Base(os.Args[0]) && pid != os.Getpid() {
			return pid
		}
	}
	return 0
}

// place says where a part is: on which chip, and where on the header.
func (s Surroundings) place(p config.Part) string {
	words := []string{}
	name := gpio.Canonical(p.Name)
	switch p.Kind {
	case config.Line:
		if chip, line := periph.Lookup(s.Inventory.Chips, name); line != nil {
			words = append(words, fmt.Sprintf("%s line %d", chip.Label, line.Offset))
		}
	case config.SPIPort:
		for _, port := range s.Inventory.SPI {
			if port.Name == name {
				words = append(words, port.Path)
			}
		}
	case config.PWMOutput:
		for _, chip := range s.Inventory.PWM {
			for _, channel := range chip.Channels {
				if channel.Name == name || slices.Contains(channel.Pins, name) {
					words = append(words, channel.Name+" of "+chip.Device)
					if len(channel.Pins) > 1 {
						words = append(words, "on "+strings.Join(channel.Pins, " or ")+" as its overlay says")
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

// holder says who has a line open; empty: nobody, or it is no line. The kernel does
// not tell who has a port open.
func (s Surroundings) holder(p config.Part) string {
	if p.Kind != config.Line {
		return ""
	}
	if _, line := periph.Lookup(s.Inventory.Chips, p.Name); line != nil {
		return line.Holder()
	}
	return ""
}
