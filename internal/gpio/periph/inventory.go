package periph

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"

	"ptvd/internal/gpio"
)

// Inventory is what the machine has to offer, and what keeps us from it.
type Inventory struct {
	Chips []Chip    `json:"chips"`
	SPI   []SPIPort `json:"spi"`
	PWM   []PWMChip `json:"pwm"`
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
	spi, errSPI := spiInventory("/dev")
	pwm, errPWM := newPWMClass(pwmRoot).inventory()
	return Inventory{readChips("/dev"), spi, pwm}, errors.Join(errSPI, errPWM)
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
