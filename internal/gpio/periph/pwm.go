package periph

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"ptvd/internal/gpio"
)

const pwmRoot = "/sys/class/pwm"

// headerPWM gives, by the device of a PWM chip, the pins of the 40-pin header that
// each channel can drive. The number in a chip's name differs from kernel to
// kernel; the device does not. Two pins of one channel do not differ in what they
// show: which of them shows it is the overlay's affair.
var headerPWM = map[string][][]string{
	"2020c000.pwm":   {{"GPIO12", "GPIO18"}, {"GPIO13", "GPIO19"}}, // Raspberry Pi 1, Zero
	"3f20c000.pwm":   {{"GPIO12", "GPIO18"}, {"GPIO13", "GPIO19"}}, // 2, 3, Zero 2
	"fe20c000.pwm":   {{"GPIO12", "GPIO18"}, {"GPIO13", "GPIO19"}}, // 4
	"1f00098000.pwm": {{"GPIO12"}, {"GPIO13"}, {"GPIO18"}, {"GPIO19"}},
}

// pwmClass is the kernel's PWM class in sysfs. periph.io's PWM would need root and
// the registers, and knows no Raspberry Pi 5.
type pwmClass struct {
	root     string
	write    func(path, value string) error
	patience time.Duration // how long udev may take to hand a new channel over

	mu   sync.Mutex
	open map[string]string // the name that each channel was opened by
}

func newPWMClass(root string) *pwmClass {
	return &pwmClass{root: root, write: writeAttribute, patience: 5 * time.Second, open: map[string]string{}}
}

// OpenPWM opens pwmchipN/C, or the channel behind GPIO12, 13, 18 or 19.
func (b *Board) OpenPWM(name string, period time.Duration) (gpio.PWM, error) {
	channel, err := b.pwm.openChannel(name, period)
	if err != nil {
		return nil, fmt.Errorf("PWM on %s: %w", name, err)
	}
	return channel, nil
}

// claim keeps one channel from being opened by two names, GPIO12 and GPIO18 say.
func (c *pwmClass) claim(dir, name string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if other, taken := c.open[dir]; taken {
		return fmt.Errorf("its channel %s is already open as %s", strings.TrimPrefix(dir, c.root+"/"), other)
	}
	c.open[dir] = name
	return nil
}

func (c *pwmClass) release(dir string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.open, dir)
}
