package gpio

import (
	"fmt"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"

	"ptvd/internal/gpio/gpioext"
	"ptvd/internal/scheduler"
)

// claimedPin is a pin that was handed out by [Board.Pin].
type claimedPin struct {
	guard
	gpio.PinIO
}

// String returns the name.
func (p *claimedPin) String() string { return p.PinIO.String() }

// In implements gpio.PinIn.
func (p *claimedPin) In(pull gpio.Pull, edge gpio.Edge) error {
	if err := p.lock(); err != nil {
		return err
	}
	defer p.unlock()
	return p.PinIO.In(pull, edge)
}

// Read implements gpio.PinIn. It returns Low after Close.
func (p *claimedPin) Read() Level {
	if p.lock() != nil {
		return Low
	}
	defer p.unlock()
	return p.PinIO.Read()
}

// WaitForEdge implements gpio.PinIn. Close ends it.
func (p *claimedPin) WaitForEdge(timeout time.Duration) bool {
	return p.check() == nil && p.PinIO.WaitForEdge(timeout)
}

// Out implements gpio.PinOut.
func (p *claimedPin) Out(level Level) error {
	if err := p.lock(); err != nil {
		return err
	}
	defer p.unlock()
	return p.PinIO.Out(level)
}

// PWM implements gpio.PinOut.
func (p *claimedPin) PWM(duty gpio.Duty, f physic.Frequency) error {
	if err := p.lock(); err != nil {
		return err
	}
	defer p.unlock()
	return p.PinIO.PWM(duty, f)
}

// Halt implements conn.Resource.
func (p *claimedPin) Halt() error {
	if err := p.check(); err != nil {
		return err
	}
	return p.PinIO.Halt()
}

// Output is an open output line.
type Output struct{ pin *claimedPin }

// Set drives the line. A line of the header is set at once. A pin of another device, such
// as an I/O expander, takes a transfer on its bus, for which the task waits.
func (o *Output) Set(t *scheduler.Task, level Level) error {
	if immediate(o.pin.PinIO) {
		return o.pin.Out(level)
	}
	return scheduler.Do(t, func() error { return o.pin.Out(level) })
}

func immediate(pin gpio.PinIO) bool {
	p, ok := pin.(gpioext.ImmediatePin)
	return ok && p.Immediate()
}

// openPWM starts the PWM output of a pin, at duty cycle 0.
func openPWM(backend Backend, name string, period time.Duration) (PWM, error) {
	pin, err := backend.Pin(name)
	if err != nil {
		return nil, fmt.Errorf("PWM on %s: %w", name, err)
	}
	p, ok := pin.(gpioext.PWMPin)
	if !ok {
		return nil, fmt.Errorf("PWM on %s: its driver has no hardware PWM with 16 bits", name)
	}
	return p.StartPWM(period)
}
