package fade

import (
	"errors"
	"slices"
	"time"

	"ptvd/plugins"
)

// Config is the configuration of a lamp.
type Config struct {
	Output    []plugins.PWMOutput `yaml:"output" doc:"the PWM outputs that drive the lamp; several are faded together" required:"true"`
	Balance   []plugins.Percent   `yaml:"balance" doc:"the share of the light of each output, in the order of output, such as for warm and cold white; none: 100% each"`
	Inverted  bool                `yaml:"inverted" doc:"true if the driver inverts, so that the lamp is brightest while the output is low"`
	Frequency int                 `yaml:"frequency" doc:"the PWM frequency in Hz" min:"50" max:"50000"`
	Encoder   Encoder             `yaml:"encoder" doc:"the rotary encoder; without one, only actions change the level"`

	Min      plugins.Percent `yaml:"min" doc:"the lowest level of a lamp that is on; at 0% it is the least light that can be seen, and the encoder also turns the lamp off"`
	Max      plugins.Percent `yaml:"max" doc:"the highest level" min:"1%"`
	Step     plugins.Percent `yaml:"step" doc:"how far a detent of the encoder, and the actions up and down, change the level" min:"0.1%"`
	Duration time.Duration   `yaml:"duration" doc:"how long a fade from off to 100% takes; 0s: no fading" min:"0s" max:"10m"`
	Gamma    Gamma           `yaml:"gamma" doc:"how the brightness that is seen becomes a duty cycle: an exponent, or cie for CIE 1931 lightness"`
	Restore  string          `yaml:"restore" doc:"the level at the start: the last one, off, or on at the last level that was not off" oneof:"last off on"`
	AtStop   string          `yaml:"at_stop" doc:"what the lamp does when the daemon stops: go off, or keep its level until the next start" oneof:"off keep"`
}

// Encoder is the configuration of a rotary encoder.
type Encoder struct {
	A              plugins.Pin  `yaml:"a" doc:"the GPIO line of channel A"`
	B              plugins.Pin  `yaml:"b" doc:"the GPIO line of channel B"`
	Pull           plugins.Pull `yaml:"pull" doc:"the lines' pull resistors" oneof:"up down none"`
	StepsPerDetent int          `yaml:"steps_per_detent" doc:"code changes per detent; if only every second or fourth detent changes the level, write 2 or 1" oneof:"4 2 1"`
	Reverse        bool         `yaml:"reverse" doc:"reverse the direction of rotation"`
	Acceleration   float64      `yaml:"acceleration" doc:"how many steps a detent counts while the encoder is turned fast; 1: no acceleration" min:"1" max:"20"`
}

// Validate checks what the tags cannot express.
func (c Config) Validate() error {
	var errs []error
	if n := len(c.Balance); n > 0 && n != len(c.Output) {
		errs = append(errs, plugins.OptionErrorf("balance", "%d values for %d outputs; write one for each output", n, len(c.Output)))
	}
	if len(c.Balance) > 0 && slices.Max(c.Balance) == 0 {
		errs = append(errs, plugins.OptionErrorf("balance", "every output has 0%%, so the lamp never gives light; write more for one of them"))
	}
	if c.Frequency > maxSmoothFrequency {
		errs = append(errs, plugins.OptionWarningf("frequency", "dark levels change in visible steps, since the PWM clock of most boards is 10 MHz; write %d or less", maxSmoothFrequency))
	}
	if c.Min > c.Max {
		errs = append(errs, plugins.OptionErrorf("min", "min is above max; write a lower min or a higher max"))
	}
	switch e := c.Encoder; {
	case e.A == "" && e.B != "":
		errs = append(errs, plugins.OptionErrorf("encoder.a", "an encoder has two lines; add a, such as a: GPIO5"))
	case e.A != "" && e.B == "":
		errs = append(errs, plugins.OptionErrorf("encoder.b", "an encoder has two lines; add b, such as b: GPIO6"))
	}
	return errors.Join(errs...)
}
