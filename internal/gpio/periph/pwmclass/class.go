package pwmclass

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"ptvd/internal/gpio"
)

// headerPins lists, by the device of a PWM chip, the pins of the 40-pin header that each
// channel can drive. The number in the name of a chip differs between kernels; the
// device does not. If a channel can drive two pins, its device tree overlay selects one,
// and either name opens the channel.
var headerPins = map[string][][]string{
	"2020c000.pwm":   gpio.PWMChannels, // Raspberry Pi 1, Zero
	"3f20c000.pwm":   gpio.PWMChannels, // 2, 3, Zero 2
	"fe20c000.pwm":   gpio.PWMChannels, // 4
	"1f00098000.pwm": {{"GPIO12"}, {"GPIO13"}, {"GPIO18"}, {"GPIO19"}},
}

// class is the kernel's PWM class in sysfs.
type class struct {
	root        string
	write       func(path, value string) error
	udevTimeout time.Duration // how long udev may take to set the permissions of a new channel

	mu   sync.Mutex
	open map[string]string // the name by which each channel was opened
}

var theClass = newClass("/sys/class/pwm")

func newClass(root string) *class {
	return &class{root: root, write: writeAttribute, udevTimeout: 5 * time.Second, open: map[string]string{}}
}

// claim prevents that a channel is opened by two names, such as GPIO12 and GPIO18.
func (c *class) claim(dir, name string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if other, open := c.open[dir]; open {
		return fmt.Errorf("its channel %s is already open as %s", strings.TrimPrefix(dir, c.root+"/"), other)
	}
	c.open[dir] = name
	return nil
}

func (c *class) release(dir string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.open, dir)
}
