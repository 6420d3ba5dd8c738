package pwmclass

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// pwmChip is a chip of the class.
type pwmChip struct {
	name     string
	device   string // base name of the target of its device link
	channels int
}

// chips lists the chips in the order of their numbers.
func (c *class) chips() ([]pwmChip, error) {
	dirs, err := filepath.Glob(filepath.Join(c.root, "pwmchip*"))
	if err != nil {
		return nil, err
	}
	slices.SortFunc(dirs, func(a, b string) int { return chipNumber(filepath.Base(a)) - chipNumber(filepath.Base(b)) })
	var chips []pwmChip
	for _, dir := range dirs {
		count, err := readAttribute(filepath.Join(dir, "npwm"))
		if err != nil {
			return nil, err
		}
		n, err := strconv.Atoi(count)
		if err != nil {
			return nil, err
		}
		device, _ := os.Readlink(filepath.Join(dir, "device")) // a chip may have none
		chips = append(chips, pwmChip{filepath.Base(dir), filepath.Base(device), n})
	}
	return chips, nil
}

// chipNumber returns -1 if the name is not that of a chip.
func chipNumber(name string) int {
	digits, _ := strings.CutPrefix(name, "pwmchip")
	n, err := strconv.ParseUint(digits, 10, 31)
	if err != nil {
		return -1
	}
	return int(n)
}

// find returns the chip and the channel of a name.
func (c *class) find(name string) (chip pwmChip, channel int, err error) {
	chips, err := c.chips()
	if err != nil {
		return pwmChip{}, 0, err
	}
	if chip, number, ok := strings.Cut(name, "/"); ok && chipNumber(chip) >= 0 {
		i := slices.IndexFunc(chips, func(c pwmChip) bool { return c.name == chip })
		if i < 0 {
			return pwmChip{}, 0, fmt.Errorf("no PWM chip is named %s: `ptvd pins` lists them", chip)
		}
		n, err := strconv.ParseUint(number, 10, 31)
		if err != nil || int(n) >= chips[i].channels {
			return pwmChip{}, 0, fmt.Errorf("no such channel: %s has the channels 0 to %d", chip, chips[i].channels-1)
		}
		return chips[i], int(n), nil
	}
	for _, chip := range chips {
		for channel, pins := range linesOf(chip.device) {
			if slices.Contains(pins, name) && channel < chip.channels {
				return chip, channel, nil
			}
		}
	}
	switch name {
	case "GPIO18", "GPIO19":
		return pwmChip{}, 0, fmt.Errorf("no PWM chip drives it; add dtoverlay=pwm-2chan to /boot/firmware/config.txt and restart")
	case "GPIO12", "GPIO13":
		return pwmChip{}, 0, fmt.Errorf("no PWM chip drives it; add dtoverlay=pwm-2chan,pin=12,func=4,pin2=13,func2=4 to /boot/firmware/config.txt and restart")
	}
	return pwmChip{}, 0, fmt.Errorf("no PWM chip drives it; use GPIO12, GPIO13, GPIO18 or GPIO19, or a chip and its channel such as pwmchip0/0")
}
