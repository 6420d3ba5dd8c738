package hwcheck

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/gpio"
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
