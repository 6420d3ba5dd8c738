package sim

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ptvd/internal/gpio"
)

// pwm is an open PWM output.
type pwm struct {
	board  *Board
	pin    *pin
	closed bool
}

// OpenPWM opens a PWM output by the name of its line or its channel.
func (b *Board) OpenPWM(name string, period time.Duration) (gpio.PWM, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil, closedError("the board")
	}
	p := b.pwmPin(name)
	if p == nil {
		return nil, fmt.Errorf("no PWM output is named %s: the simulated board has %s, which are pwmchip0/0 to pwmchip0/%d", name, strings.Join(pwmPins[:], ", "), len(pwmPins)-1)
	}
	if period <= 0 {
		return nil, fmt.Errorf("PWM period %v: it must be greater than 0", period)
	}
	if err := p.claim("a PWM output"); err != nil {
		return nil, err
	}
	p.output, p.level, p.duty = true, gpio.Low, 0
	return &pwm{board: b, pin: p}, nil
}

// pwmPin returns the line of a PWM output, nil if there is no such output.
func (b *Board) pwmPin(name string) *pin {
	name = gpio.Canonical(name)
	for channel, line := range pwmPins {
		if name == fmt.Sprintf("pwmchip0/%d", channel) {
			name = line
		}
	}
	if !slices.Contains(pwmPins[:], name) {
		return nil
	}
	return b.pins[name]
}

// Duty returns the duty cycle of a PWM output, 0 before it was first opened.
func (b *Board) Duty(name string) uint16 {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.pwmPin(name)
	if p == nil {
		panic("sim: no PWM output is named " + name)
	}
	return p.duty
}

// SetDuty sets the duty cycle.
func (w *pwm) SetDuty(duty uint16) error {
	w.board.mu.Lock()
	defer w.board.mu.Unlock()
	if w.closed {
		return closedError(w.pin.name)
	}
	w.pin.duty = duty
	return nil
}

// Close releases the output at the duty cycle that it has.
func (w *pwm) Close() error {
	w.board.mu.Lock()
	defer w.board.mu.Unlock()
	if !w.closed {
		w.closed = true
		w.pin.consumer = ""
	}
	return nil
}
