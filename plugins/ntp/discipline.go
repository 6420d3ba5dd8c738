package ntp

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ptvd/plugins"
)

const (
	// maxSlew is what the kernel's phase-locked loop is given; it takes half
	// a second at most. What is more is a step.
	maxSlew = 400 * time.Millisecond

	// maxStep is the most that a clock which was right may be moved: ntpd's
	// panic threshold. A clock that jumps by more is somebody's doing.
	maxStep = 1000 * time.Second
)

// keepSystem brings the system's clock to the time that was just agreed on, where
// that is configured, and tells how it is.
func (c *client) keepSystem(t *plugins.Task) error {
	offset := c.env.Clock.Offset()
	if c.cfg.Mode == measure {
		c.watchSystem(offset)
		c.env.Health.OK()
		return nil
	}
	if c.hasSet && offset.Abs() > maxStep {
		c.env.Health.Degraded("the system's clock was moved by somebody else and stays as it is: more than %v are set only once after a start", maxStep)
		return nil
	}
	if err := c.setSystem(t, offset); err != nil {
		return err
	}
	c.hasSet = true
	c.env.Health.OK()
	return nil
}

// setSystem moves the system's clock by slewing or stepping it.
func (c *client) setSystem(t *plugins.Task, offset time.Duration) error {
	if err := c.maySet(t); err != nil {
		return err
	}
	setter, _ := c.env.Clock.Setter()
	slew := offset.Abs() < maxSlew
	_, err := plugins.Await(t, func(context.Context) (struct{}, error) {
		if slew {
			return struct{}{}, setter.Slew(offset, c.cfg.Every)
		}
		return struct{}{}, setter.Step(offset)
	})
	if err == nil && !slew {
		c.env.Log.Warn("the system's clock was wrong and has been set", "by", offset.Round(time.Millisecond))
	}
	return err
}

// maySet returns nil where the system's clock is ours to set, else the reason.
func (c *client) maySet(t *plugins.Task) error {
	setter, ok := c.env.Clock.Setter()
	if !ok {
		return errors.New("mode discipline: this system's clock cannot be set from here; write mode: measure")
	}
	_, err := plugins.Await(t, func(context.Context) (struct{}, error) {
		if rival := rivalIn(c.root); rival != "" {
			return struct{}{}, fmt.Errorf("%s keeps this system's clock already; stop that", rival)
		}
		return struct{}{}, setter.MaySet()
	})
	if err == nil || errors.Is(err, plugins.ErrCancelled) {
		return err
	}
	return fmt.Errorf("mode discipline: %w, or write mode: measure", err)
}
