package periph

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"

	"ptvd/internal/gpio"
)

// Inventory is what the machine has to offer, and what keeps us from it.
type Inventory struct {
	Chips    []Chip    `json:"chips"`
	SPI      []SPIPort `json:"spi"`
	PWM      []PWMChip `json:"pwm"`
	Drivers  []Driver  `json:"drivers"`
	Messages []string  `json:"messages"` // what the drivers said, in their words
}

// Chip is a GPIO chip.
type Chip struct {
	Name  string `json:"name"`
	Label string `json:"label"`
	Path  string `json:"path"`
	Lines []Line `json:"lines"`
}

// Line is a GPIO line.
type Line struct {
	Offset    int    `json:"offset"`
	Name      string `json:"name"` // empty: it cannot be opened
	Used      bool   `json:"used"`
	User      string `json:"user,omitempty"`      // as it calls itself; the kernel's own users may not
	Direction string `json:"direction,omitempty"` // input, output, or empty where the kernel does not say
}

// SPIPort is a port with one chip select.
type SPIPort struct {
	Name    string `json:"name"` // SPI0.0
	Path    string `json:"path"` // /dev/spidev0.0
	Problem string `json:"problem,omitempty"`
}

// PWMChip is a PWM chip.
type PWMChip struct {
	Name     string       `json:"name"`
	Device   string       `json:"device"`
	Channels []PWMChannel `json:"channels"`
}

// PWMChannel is a channel, and the pins of the header that it may drive.
type PWMChannel struct {
	Name string   `json:"name"`
	Pins []string `json:"pins"`
}

// TakeInventory looks at the whole machine. It opens no line and no port, and so
// disturbs nobody. With an error it returns what could be seen in spite of it.
func TakeInventory() (Inventory, error) {
	found := loadDrivers()
	if found.err != nil {
		return Inventory{}, found.err
	}
	list := Inventory{Chips: []Chip{}, Drivers: found.drivers, Messages: found.messages}
	errs := []error{nil, nil}
	for _, c := range chips() {
		seen, err := c.inventory()
		errs = append(errs, err)
		list.Chips = append(list.Chips, seen)
	}
	list.SPI, errs[0] = spiInventory("/dev")
	list.PWM, errs[1] = newPWMClass(pwmRoot).inventory()
	return list, errors.Join(errs...)
}

func (c chip) inventory() (Chip, error) {
	seen := Chip{Name: c.name, Label: c.label, Path: c.path}
	f, err := os.Open(c.path)
	if err != nil {
		return seen, advise(c.path, err)
	}
	defer f.Close()
	for offset, name := range c.lines {
		info, err := readLineInfo(f, offset)
		if err != nil {
			return seen, err
		}
		direction := "input"
		if info.output {
			direction = "output"
		}
		seen.Lines = append(seen.Lines, Line{offset, name, info.used, info.consumer, direction})
	}
	return seen, nil
}

func spiInventory(dev string) ([]SPIPort, error) {
	paths, err := filepath.Glob(filepath.Join(dev, "spidev*"))
	ports := []SPIPort{}
	for _, path := range paths {
		port := SPIPort{Name: gpio.Canonical("/dev/" + filepath.Base(path)), Path: path}
		if err := unix.Access(path, unix.R_OK|unix.W_OK); err != nil {
			port.Problem = advise(path, err).Error()
		}
		ports = append(ports, port)
	}
	return ports, err
}

func (c *pwmClass) inventory() ([]PWMChip, error) {
	chips, err := c.chips()
	list := []PWMChip{}
	for _, chip := range chips {
		seen := PWMChip{Name: chip.name, Device: chip.device, Channels: []PWMChannel{}}
		pins := headerPWM[chip.device]
		for n := range chip.channels {
			channel := PWMChannel{Name: fmt.Sprintf("%s/%d", chip.name, n), Pins: []string{}}
			if n < len(pins) {
				channel.Pins = slices.Clone(pins[n])
			}
			seen.Channels = append(seen.Channels, channel)
		}
		list = append(list, seen)
	}
	return list, err
}
