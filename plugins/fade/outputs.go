package fade

import (
	"errors"
	"math"
	"time"

	"ptvd/plugins"
)

func (l *lamp) openOutputs(t *plugins.Task) error {
	for _, name := range l.cfg.Output {
		output, err := l.env.Board.PWM(t, string(name), time.Second/time.Duration(l.cfg.Frequency))
		if err != nil {
			return err
		}
		l.outputs = append(l.outputs, output)
	}
	return l.setOutputs(0) // an inverting driver is bright at a duty cycle of 0
}

// setOutputs sets all outputs to the duty cycle of a lamp at balance 100 % without an
// inverting driver.
func (l *lamp) setOutputs(duty uint16) error {
	var errs []error
	for i := range l.outputs {
		errs = append(errs, l.setOutput(i, duty))
	}
	return errors.Join(errs...)
}

func (l *lamp) setOutput(i int, duty uint16) error {
	return l.outputs[i].SetDuty(l.cfg.outputDuty(i, duty))
}

// outputDuty returns the duty cycle of one output. The balance applies to the light, not
// to the level that is seen, so that the color is the same at all levels.
func (c Config) outputDuty(i int, duty uint16) uint16 {
	if len(c.Balance) > 0 && duty > 0 {
		duty = uint16(math.Ceil(float64(duty) * float64(c.Balance[i])))
	}
	if c.Inverted {
		duty = max(1, math.MaxUint16-duty) // an output that was closed at 0 is not adopted
	}
	return duty
}

// pwmClock is the clock of the PWM outputs of a Raspberry Pi up to the Pi 4, in Hz, as
// its device tree sets it. Duty cycles are multiples of its period.
const pwmClock = 10_000_000

// leastLight is the duty cycle of a level that can just be seen: 1 % of the lightness of
// CIE 1931, or a period of pwmClock at a high frequency.
func (c Config) leastLight() uint16 {
	share := max(CIE.luminance(0.01), float64(c.Frequency)/pwmClock)
	return uint16(math.Ceil(math.MaxUint16 * share))
}

// duty returns the duty cycle of a level. A level above 0 can be seen.
func (c Config) duty(level float64) uint16 {
	if level <= 0 {
		return 0
	}
	return max(c.leastLight(), c.Gamma.duty(level))
}

// maxSmoothFrequency is the highest frequency, in Hz, at which the first step from off is
// not more than 1 % of the lightness of CIE 1931.
const maxSmoothFrequency = 11_000
