package button

import (
	"errors"
	"time"

	"ptvd/plugins"
)

// Config is the configuration of a button.
type Config struct {
	Pin       plugins.Pin   `yaml:"pin" doc:"the GPIO line that the button is connected to" required:"true"`
	Pull      plugins.Pull  `yaml:"pull" doc:"the line's pull resistor" oneof:"up down none"`
	ActiveLow bool          `yaml:"active_low" doc:"true if a press connects the line to ground, false if it connects it to 3.3 V"`
	Debounce  time.Duration `yaml:"debounce" doc:"how long the line must be still after a change, because contacts bounce" min:"0s" max:"100ms"`
	Stable    bool          `yaml:"stable" doc:"for noisy wiring: accept a change only after the level has held for the debounce time"`

	Double time.Duration `yaml:"double" doc:"the longest time from one press to the next in a double or triple click" min:"100ms" max:"2s"`
	Long   time.Duration `yaml:"long" doc:"how long the button must be held for a long press" min:"200ms" max:"30s"`
	Repeat time.Duration `yaml:"repeat" doc:"the interval between calls of on_hold" min:"20ms" max:"10s"`

	OnPress   []plugins.ActionRef `yaml:"on_press" doc:"called as soon as the button is pressed, whatever gesture follows; like each of these an action, or a list of actions that are called in turn"`
	OnRelease []plugins.ActionRef `yaml:"on_release" doc:"called when the button is released"`
	OnClick   []plugins.ActionRef `yaml:"on_click" doc:"called after a single press that is not a long press"`
	OnDouble  []plugins.ActionRef `yaml:"on_double" doc:"called on a double click"`
	OnTriple  []plugins.ActionRef `yaml:"on_triple" doc:"called on a triple click"`
	OnLong    []plugins.ActionRef `yaml:"on_long" doc:"called once during a long press, as soon as it is one"`
	OnHold    []plugins.ActionRef `yaml:"on_hold" doc:"called repeatedly during a long press"`
}

// Validate rejects a button without actions.
func (c Config) Validate() error {
	for _, actions := range c.actions() {
		if len(actions) > 0 {
			return nil
		}
	}
	return errors.New("no action is configured; add on_press, on_click or another on_… option, such as on_press: panel.next")
}

func (c Config) actions() [gestures][]plugins.ActionRef {
	return [gestures][]plugins.ActionRef{
		press: c.OnPress, release: c.OnRelease,
		click: c.OnClick, double: c.OnDouble, triple: c.OnTriple,
		long: c.OnLong, hold: c.OnHold,
	}
}

// timing includes only the gestures that have an action, so that no decision is
// delayed by a gesture that does nothing.
func (c Config) timing() timing {
	w := timing{clicks: 1, window: c.Double}
	if len(c.OnDouble) > 0 {
		w.clicks = 2
	}
	if len(c.OnTriple) > 0 {
		w.clicks = 3
	}
	if len(c.OnLong) > 0 || len(c.OnHold) > 0 {
		w.long = c.Long
	}
	if len(c.OnHold) > 0 {
		w.repeat = c.Repeat
	}
	return w
}
