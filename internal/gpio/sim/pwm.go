package sim

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/gpioext"
)

// pwm is a running PWM output.
type pwm struct {
	board  *Board
	line   *line
	closed bool
}

// StartPWM implements gpioext.PWMPin.
func (p *Pin) StartPWM(period time.Duration) (gpioext.PWM, error) {
	b := p.board
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil, closedError("the board")
	}
	p.release()
	l := b.pwmLine(p.name)
	if l == nil {
		return nil, fmt.Errorf("no PWM output is named %s: the simulated board has %s, which are pwmchip0/0 to pwmchip0/%d", p.name, strings.Join(pwmPins[:], ", "), len(pwmPins)-1)
	}
	if period <= 0 || period > time.Second {
		return nil, fmt.Errorf("PWM on %s: period %v: it must be greater than 0 and at most 1s", p.name, period)
	}
	if err := l.claim("a PWM output"); err != nil {
		return nil, err
	}
	if l.period != period {
		l.period, l.duty = period, 0
	}
	l.output, l.level = true, gpio.Low
	return &pwm{board: b, line: l}, nil
}

// pwmLine returns the line of a PWM output, nil if there is no such output.
func (b *Board) pwmLine(name string) *line {
	name = gpio.Canonical(name)
	for channel, line := range pwmPins {
		if name == fmt.Sprintf("pwmchip0/%d", channel) {
			name = line
		}
	}
	if !slices.Contains(pwmPins[:], name) {
		return nil
	}
	return b.lines[name]
}

// Duty returns the duty cycle of a PWM output, 0 before it was first opened.
func (b *Board) Duty(name string) uint16 {
	b.mu.Lock()
	defer b.mu.Unlock()
	l := b.pwmLine(name)
	if l == nil {
		panic("sim: no PWM output is named " + name)
	}
	return l.duty
}

// SetDuty sets the duty cycle.
func (w *pwm) SetDuty(duty uint16) error {
	w.board.mu.Lock()
	defer w.board.mu.Unlock()
	if w.closed {
		return closedError(w.line.name)
	}
	w.line.duty = duty
	return nil
}

// Duty returns the duty cycle.
func (w *pwm) Duty() uint16 {
	w.board.mu.Lock()
	defer w.board.mu.Unlock()
	return w.line.duty
}

// Close releases the output at the duty cycle that it has.
func (w *pwm) Close() error {
	w.board.mu.Lock()
	defer w.board.mu.Unlock()
	if !w.closed {
		w.closed = true
		w.line.consumer = ""
		if w.line.duty == 0 {
			w.line.period = 0
		}
	}
	return nil
}
