package pwmclass

import (
	"fmt"
	"slices"
)

// Chip is a PWM chip.
type Chip struct {
	Name     string    `json:"name"`
	Device   string    `json:"device"`
	Channels []Channel `json:"channels"`
}

// Channel is a channel, and the pins of the header that it can drive.
type Channel struct {
	Name string   `json:"name"`
	Pins []string `json:"pins"`
}

// Chips returns the PWM chips.
func Chips() ([]Chip, error) { return theClass.inventory() }

func (c *class) inventory() ([]Chip, error) {
	chips, err := c.chips()
	list := []Chip{}
	for _, chip := range chips {
		entry := Chip{Name: chip.name, Device: chip.device, Channels: []Channel{}}
		pins := linesOf(chip.device)
		for n := range chip.channels {
			channel := Channel{Name: fmt.Sprintf("%s/%d", chip.name, n), Pins: []string{}}
			if n < len(pins) {
				channel.Pins = slices.Clone(pins[n])
			}
			entry.Channels = append(entry.Channels, channel)
		}
		list = append(list, entry)
	}
	return list, err
}
