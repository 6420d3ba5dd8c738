package fade

import (
	"errors"
	"math"
	"sort"
	"strconv"
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
	return nil
}

// adopt continues with the light of outputs that were left running by an earlier run, so
// that a lamp with at_stop: keep does not flicker. It sets the others to off, since with an
// inverting driver they are bright.
func (l *lamp) adopt() error {
	for i, output := range l.outputs {
		l.duty = max(l.duty, l.cfg.lampDuty(i, output.Duty()))
	}
	level := l.dimmer.Goal
	if l.duty != l.cfg.duty(level) {
		level = l.cfg.level(l.duty)
	}
	l.fader.from, l.fader.goal = level, level
	return l.setOutputs(l.duty)
}

// setOutputs sets all outputs to the duty cycle of a lamp at balance 100 % without an
// inverting driver.
func (l *lamp) setOutputs(duty uint16) (err error) {
	for i := range l.outputs {
		err = errors.Join(err, l.setOutput(i, duty))
	}
	return err
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

// lampDuty is the inverse of outputDuty, up to rounding.
func (c Config) lampDuty(i int, duty uint16) uint16 {
	if c.Inverted && duty > 0 {
		duty = math.MaxUint16 - duty
	}
	if len(c.Balance) > 0 && duty > 0 {
		duty = uint16(min(math.MaxUint16, float64(duty)/float64(c.Balance[i])))
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

// level is the inverse of duty.
func (c Config) level(duty uint16) float64 {
	const steps = 1 << 20
	return float64(sort.Search(steps, func(i int) bool { return c.duty(float64(i)/steps) >= duty })) / steps
}

// maxSmoothFrequency is the highest frequency, in Hz, at which the first step from off is
// not more than 1 % of the lightness of CIE 1931.
const maxSmoothFrequency = 11_000

// Gamma converts a level in perceived brightness to a duty cycle: an exponent from 1 to
// 4, or CIE.
type Gamma float64

// CIE is the lightness L* of CIE 1931 in place of an exponent.
const CIE Gamma = 0

// UnmarshalText reads an exponent, such as 2.8, or cie.
func (g *Gamma) UnmarshalText(text []byte) error {
	if string(text) == "cie" {
		*g = CIE
		return nil
	}
	exponent, err := strconv.ParseFloat(string(text), 64)
	if err != nil || !(exponent >= 1 && exponent <= 4) {
		return errors.New("a gamma is a number from 1 to 4, such as 2.8, or cie")
	}
	*g = Gamma(exponent)
	return nil
}

// MarshalText writes the value the way UnmarshalText reads it.
func (g Gamma) MarshalText() ([]byte, error) {
	if g == CIE {
		return []byte("cie"), nil
	}
	return strconv.AppendFloat(nil, float64(g), 'f', -1, 64), nil
}

// duty returns the duty cycle of a level from 0 to 1.
func (g Gamma) duty(level float64) uint16 {
	return uint16(math.Round(math.MaxUint16 * min(1, g.luminance(level))))
}

func (g Gamma) luminance(level float64) float64 {
	switch {
	case g != CIE:
		return math.Pow(level, float64(g))
	case level <= 0.08: // CIE 15:2004, 8.2.1: Y/Yn of L*, which is 100 · level
		return level * 100 * 27 / 24389
	default:
		return math.Pow((level*100+16)/116, 3)
	}
}
