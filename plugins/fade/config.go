package fade

import (
	"errors"
	"time"

	"ptvd/plugins"
)

// Config is what people write of a lamp.
type Config struct {
	Output    []plugins.PWMOutput `yaml:"output" doc:"the PWM outputs that drive the lamp; several fade as one" required:"true"`
	Frequency int                 `yaml:"frequency" doc:"PWM cycles a second, in Hz" min:"50" max:"50000"`
	Encoder   Encoder             `yaml:"encoder" doc:"the knob; without one the lamp has its actions alone"`

	Min      plugins.Percent `yaml:"min" doc:"the darkest level of a lamp that is not off"`
	Max      plugins.Percent `yaml:"max" doc:"the brightest level" min:"1%"`
	Step     plugins.Percent `yaml:"step" doc:"how far a detent goes, and the actions up and down" min:"0.1%"`
	Duration time.Duration   `yaml:"duration" doc:"how long a fade from off to 100% takes; 0s: no fade" min:"0s" max:"10m"`
	Gamma    Gamma           `yaml:"gamma" doc:"how a level becomes light: a power, or cie for the lightness of CIE 1931"`
	Restore  string          `yaml:"restore" doc:"what the lamp does at the start" oneof:"last off on"`
	AtStop   string          `yaml:"at_stop" doc:"what the lamp does when the daemon stops: go off, or keep its level until the next start" oneof:"off keep"`
}

// Encoder is a rotary encoder.
type Encoder struct {
	A              plugins.Pin  `yaml:"a" doc:"the line of the first channel"`
	B              plugins.Pin  `yaml:"b" doc:"the line of the second channel"`
	Pull           plugins.Pull `yaml:"pull" doc:"the lines' bias" oneof:"up down none"`
	StepsPerDetent int          `yaml:"steps_per_detent" doc:"changes of the contacts from detent to detent; if the lamp moves only at every second or fourth detent, write 2 or 1" oneof:"4 2 1"`
	Reverse        bool         `yaml:"reverse" doc:"turn the other way round"`
	Acceleration   float64      `yaml:"acceleration" doc:"how many steps a detent counts while the knob is spun fast; 1: no acceleration" min:"1" max:"20"`
}

// Validate says what the fields do not say by themselves.
func (c Config) Validate() error {
	var errs []error
	if c.Min > c.Max {
		errs = append(errs, plugins.Fault("min", "min is above max; write at most what max says"))
	}
	switch e := c.Encoder; {
	case e.A == "" && e.B != "":
		errs = append(errs, plugins.Fault("encoder.a", "an encoder has two lines; add a, such as a: GPIO5"))
	case e.A != "" && e.B == "":
		errs = append(errs, plugins.Fault("encoder.b", "an encoder has two lines; add b, such as b: GPIO6"))
	}
	return errors.Join(errs...)
}
