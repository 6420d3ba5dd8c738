package pwmclass

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"ptvd/internal/gpio/header"
)

// linesOf returns the lines of the header that each channel of a chip can drive, by the
// device of the chip. If a channel can drive two lines, its device tree overlay selects
// one, and either name opens the channel.
func linesOf(device string) [][]string {
	for _, m := range header.Models {
		if m.PWMDevice == device {
			return m.PWM
		}
	}
	return nil
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

// readAttribute reads a sysfs file.
func readAttribute(path string) (string, error) {
	text, err := os.ReadFile(path)
	return strings.TrimSpace(string(text)), err
}

// writeAttribute writes a sysfs file with a single write, as sysfs requires. It does not
// create the file.
func writeAttribute(path, value string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(value)
	return errors.Join(err, f.Close())
}
