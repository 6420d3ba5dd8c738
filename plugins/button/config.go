package button

import (
	"errors"
	"time"

	"ptvd/plugins"
)

// Config is what people write of a button.
type Config struct {
	Pin       plugins.Pin   `yaml:"pin" doc:"the line that the button hangs on" required:"true"`
	Pull      plugins.Pull  `yaml:"pull" doc:"the line's bias" oneof:"up down none"`
	ActiveLow bool          `yaml:"active_low" doc:"pressed connects the line to ground"`
	Debounce  time.Duration `yaml:"debounce" doc:"how long the contacts may bounce" min:"0s" max:"100ms"`
	Stable    bool          `yaml:"stable" doc:"for noisy wiring: believe a change only once it has held for the debounce time"`

	Double time.Duration `yaml:"double" doc:"the longest time from one press to the next of a double or triple click" min:"100ms" max:"2s"`
	Long   time.Duration `yaml:"long" doc:"how long a press is a long one" min:"200ms" max:"30s"`
	Repeat time.Duration `yaml:"repeat" doc:"the time from one on_hold to the next" min:"20ms" max:"10s"`

	OnPress   plugins.Action `yaml:"on_press" doc:"called when the button goes down, whatever becomes of it"`
	OnRelease plugins.Action `yaml:"on_release" doc:"called when it comes up"`
	OnClick   plugins.Action `yaml:"on_click" doc:"called after one press that is no long one"`
	OnDouble  plugins.Action `yaml:"on_double" doc:"called after two presses in a row"`
	OnTriple  plugins.Action `yaml:"on_triple" doc:"called after three presses in a row"`
	OnLong    plugins.Action `yaml:"on_long" doc:"called during a long press, once"`
	OnHold    plugins.Action `yaml:"on_hold" doc:"called during a long press, again and again"`
}

// Validate refuses a button that does nothing.
func (c Config) Validate() error {
	for _, action := range c.actions() {
		if action.Bound() {
			return nil
		}
	}
	return errors.New("the button does nothing: add on_press, on_click or another on_…, such as on_press: panel.next")
}

func (c Config) actions() [gestures]plugins.Action {
	return [gestures]plugins.Action{
		press: c.OnPress, release: c.OnRelease,
		click: c.OnClick, double: c.OnDouble, triple: c.OnTriple,
		long: c.OnLong, hold: c.OnHold,
	}
}

// timing asks only for what is bound, so that nothing waits for a gesture that
// nobody listens to.
func (c Config) timing() timing {
	w := timing{clicks: 1, window: c.Double}
	if c.OnDouble.Bound() {
		w.clicks = 2
	}
	if c.OnTriple.Bound() {
		w.clicks = 3
	}
	if c.OnLong.Bound() || c.OnHold.Bound() {
		w.long = c.Long
	}
	if c.OnHold.Bound() {
		w.repeat = c.Repeat
	}
	return w
}
