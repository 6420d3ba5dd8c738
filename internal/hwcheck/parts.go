package hwcheck

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/gpio"
	"ptvd/internal/gpio/header"
	"ptvd/internal/gpio/periph"
	"ptvd/internal/scheduler"
	"ptvd/internal/schema"
)

// part is a line, port or output that the configuration names.
type part struct {
	config.Part
	instance config.Instance
	opened   bool
}

// openParts opens each part alone, prints the result and closes it, so that one
// failure does not hide another.
func (c *checker) openParts(t *scheduler.Task) error {
	for _, p := range c.parts {
		polled, err := c.probe(t, p)
		switch {
		case errors.Is(err, scheduler.ErrCancelled):
			return err
		case err == nil:
			p.opened = true
			c.output.line(c.rowHead(p), "%s: %s", p.Name, cmp.Or(c.machine.location(p.Part), "found"))
			if polled != "" {
				c.output.line(c.rowHead(p), "%s", polled)
			}
		default:
			c.output.line(c.rowHead(p), "FAILED: %v", err)
			c.denied = c.denied || errors.Is(err, fs.ErrPermission)
			c.inUse = c.inUse || strings.HasPrefix(c.machine.holder(p.Part), "ptvd")
		}
	}
	c.opened = true
	return nil
}

// printHolders prints what is known while another ptvd uses the hardware. Opening an
// SPI port or a PWM output now would disturb it.
func (c *checker) printHolders() {
	for _, p := range c.parts {
		where := cmp.Or(c.machine.location(p.Part), "not found")
		if holder := c.machine.holder(p.Part); holder != "" {
			where += "; in use by " + holder
		}
		c.output.line(c.rowHead(p), "%s: %s", p.Name, where)
	}
	c.output.line("", "")
	c.output.line("", "ptvd is already running (PID %d), so no part was opened.", c.machine.OtherInstance)
	c.inUse = true
}

// rowHead is the instance and the option of a part, aligned in columns.
func (c *checker) rowHead(p *part) string {
	names, options := 0, 0
	for _, p := range c.parts {
		names, options = max(names, len(p.instance.Name)), max(options, len(p.Option))
	}
	return fmt.Sprintf("  %-*s  %-*s  ", names, p.instance.Name, options, p.Option)
}

// probe opens and closes a part without changing it: a line as an input with its bias
// as it is, a port without a transfer, an output at duty 0. It says whether a line is
// polled.
func (c *checker) probe(t *scheduler.Task, p *part) (polled string, err error) {
	board := gpio.NewBoard(c.board, c.newClaims(), p.instance.Name)
	switch p.Kind {
	case schema.Pin:
		_, err = board.Input(t, gpio.InputOptions{Lines: []string{p.Name}})
	case schema.SPI:
		_, err = board.SPI(t, p.Name)
	case schema.PWM:
		_, err = board.PWM(t, p.Name, time.Millisecond)
	case schema.I2C:
		_, err = board.I2C(t, p.Name, 0) // the general call address: no device is addressed
	case schema.UART:
		_, err = board.UART(t, p.Name, 9600)
	}
	return board.Polled(), errors.Join(err, board.Close(t))
}

func (c *checker) newClaims() *gpio.Claims {
	claims := gpio.NewClaims()
	claims.Poll = c.File.Poll
	return claims
}

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
// or not a line. The kernel does not say which program has a port open.
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
