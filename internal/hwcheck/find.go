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
)

// part is a part that the configuration names.
type part struct {
	config.Part
	instance config.Instance
	found    bool
}

func (c *check) listParts() {
	for _, i := range c.File.Instances {
		for _, p := range i.Parts() {
			c.parts = append(c.parts, &part{Part: p, instance: i})
		}
	}
}

// find opens each part by itself, says what it found, and closes it, so that one
// that lacks hides no other.
func (c *check) find(t *scheduler.Task) error {
	for _, p := range c.parts {
		err := c.probe(t, p)
		switch {
		case errors.Is(err, scheduler.ErrCancelled):
			return err
		case err == nil:
			p.found = true
			c.sheet.line(c.head(p), "%s: %s", p.Name, cmp.Or(c.around.place(p.Part), "found"))
		default:
			c.sheet.line(c.head(p), "FAILED: %v", err)
			c.denied = c.denied || errors.Is(err, fs.ErrPermission)
			c.held = c.held || strings.HasPrefix(c.around.holder(p.Part), "ptvd")
		}
	}
	c.looked = true
	return nil
}

// showHeld says what can be said while another ptvd has the hardware: opened beside
// it, the panel and the lamp would have two masters.
func (c *check) showHeld() {
	for _, p := range c.parts {
		where := cmp.Or(c.around.place(p.Part), "not found")
		if holder := c.around.holder(p.Part); holder != "" {
			where += "; held by " + holder
		}
		c.sheet.line(c.head(p), "%s: %s", p.Name, where)
	}
	c.sheet.line("", "")
	c.sheet.line("", "ptvd runs already (process %d), so nothing was opened.", c.around.Rival)
	c.held = true
}

// head names a part in the list.
func (c *check) head(p *part) string {
	names, options := 0, 0
	for _, p := range c.parts {
		names, options = max(names, len(p.instance.Name)), max(options, len(p.Option))
	}
	return fmt.Sprintf("  %-*s  %-*s  ", names, p.instance.Name, options, p.Option)
}

// probe opens a part as gently as can be: a line as an input, whose bias is left as
// it is; a port without a transfer; an output at duty 0.
func (c *check) probe(t *scheduler.Task, p *part) (err error) {
	board := gpio.NewBoard(c.board, gpio.NewClaims(), p.instance.Name)
	switch p.Kind {
	case config.Line:
		_, err = board.Input(t, gpio.InputOptions{Lines: []string{p.Name}})
	case config.SPIPort:
		_, err = board.SPI(t, p.Name, 1_000_000)
	case config.PWMOutput:
		_, err = board.PWM(t, p.Name, time.Millisecond)
	}
	return errors.Join(err, gpio.Close(t, board, closeTimeout))
}

// closeTimeout limits how long closing a part may take.
const closeTimeout = time.Second
