package pwmclass

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"

	"ptvd/internal/gpio/gpioext"
)

// Pin is the PWM output of a channel, which can be used for PWM only.
type Pin struct {
	gpio.PinIO // gpio.INVALID, for what a PWM output cannot do
	class      *class
	name       string

	mu     sync.Mutex
	output gpioext.PWM // started by PWM
	period time.Duration
}

var _ gpioext.PWMPin = (*Pin)(nil)

// NewPin returns the output pwmchipN/C, or the channel that drives GPIO12, 13, 18 or 19.
// The channel is looked up when it is started.
func NewPin(name string) *Pin { return &Pin{PinIO: gpio.INVALID, class: theClass, name: name} }

// String returns the name.
func (p *Pin) String() string { return p.name }

// Name returns the name, which gpioreg knows a channel by.
func (p *Pin) Name() string { return p.name }

// In fails.
func (p *Pin) In(gpio.Pull, gpio.Edge) error { return p.pwmOnly() }

// Out fails.
func (p *Pin) Out(gpio.Level) error { return p.pwmOnly() }

func (p *Pin) pwmOnly() error {
	return fmt.Errorf("%s: no GPIO line has this name; it can be used for PWM only", p.name)
}

// StartPWM implements gpioext.PWMPin.
func (p *Pin) StartPWM(period time.Duration) (gpioext.PWM, error) {
	o, err := p.class.start(p.name, period)
	if err != nil {
		return nil, fmt.Errorf("PWM on %s: %w", p.name, err)
	}
	return o, nil
}

// defaultFrequency is used if PWM is called without one.
const defaultFrequency = physic.KiloHertz

// PWM sets the duty cycle, rounded to 16 bits, and the frequency, of at least 1 Hz.
func (p *Pin) PWM(duty gpio.Duty, f physic.Frequency) error {
	if !duty.Valid() {
		return fmt.Errorf("PWM on %s: duty cycle %d: it must be 0 to %d", p.name, int32(duty), int32(gpio.DutyMax))
	}
	if f == 0 {
		f = defaultFrequency
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.output == nil || p.period != f.Period() {
		if err := p.stop(); err != nil {
			return err
		}
		o, err := p.StartPWM(f.Period())
		if err != nil {
			return err
		}
		p.output, p.period = o, f.Period()
	}
	return p.output.SetDuty(gpioext.Duty16(duty))
}

// Halt stops the output that PWM has started.
func (p *Pin) Halt() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stop()
}

func (p *Pin) stop() error {
	o := p.output
	if o == nil {
		return nil
	}
	p.output = nil
	return errors.Join(o.SetDuty(0), o.Close())
}
