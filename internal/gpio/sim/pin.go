package sim

import (
	"fmt"
	"os"
	"time"

	conngpio "periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/gpioext"
)

// Pin is a line or a PWM channel, in use by one user at a time. It behaves like the pins
// of the drivers for the real board.
type Pin struct {
	board *Board
	name  string // as it was asked for

	// The board's lock guards the fields below.
	line  *line              // held as an input or output; nil if it is not
	edges chan conngpio.Edge // queued for WaitForEdge; nil without edges
	want  conngpio.Edge
	pwm   gpioext.PWM // started by PWM
}

var _ gpioext.BoardPin = (*Pin)(nil)

// Pin implements gpio.Backend.
func (b *Board) Pin(name string) (conngpio.PinIO, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, err := b.findLine(name); err != nil && b.pwmLine(name) == nil {
		return nil, err
	}
	return &Pin{board: b, name: name}, nil
}

// String returns the name.
func (p *Pin) String() string { return p.name }

// Name returns the name.
func (p *Pin) Name() string { return p.name }

// Number returns -1.
func (p *Pin) Number() int { return -1 }

// Immediate returns true.
func (p *Pin) Immediate() bool { return true }

// Function returns nothing.
func (p *Pin) Function() string { return "" }

// Pull returns the bias of the line.
func (p *Pin) Pull() conngpio.Pull {
	p.board.mu.Lock()
	defer p.board.mu.Unlock()
	if p.line == nil {
		return conngpio.PullNoChange
	}
	return p.line.pull
}

// DefaultPull is not simulated.
func (p *Pin) DefaultPull() conngpio.Pull { return conngpio.PullNoChange }

// In makes the line an input. Edges that happened before are discarded.
func (p *Pin) In(pull conngpio.Pull, edge conngpio.Edge) error {
	p.board.mu.Lock()
	defer p.board.mu.Unlock()
	if err := p.hold("an input"); err != nil {
		return err
	}
	if edge != conngpio.NoEdge && p.line.edgeless {
		p.release()
		return edgelessError(p.name)
	}
	p.line.bias(pull)
	p.line.output = false
	if p.want = edge; edge != conngpio.NoEdge {
		p.edges = make(chan conngpio.Edge, gpioext.QueueSize)
	}
	return nil
}

// Out makes the line an output, if it is none, and drives it.
func (p *Pin) Out(level gpio.Level) error {
	p.board.mu.Lock()
	defer p.board.mu.Unlock()
	if p.line == nil || !p.line.output || p.line.pin != p {
		if err := p.hold("an output"); err != nil {
			return err
		}
	}
	p.line.output, p.line.level = true, level
	return nil
}

// hold takes the line, after releasing it. The caller holds the lock.
func (p *Pin) hold(as string) error {
	p.release()
	l, err := p.board.findLine(p.name)
	if err != nil {
		return err
	}
	if err := l.claim(as); err != nil {
		return err
	}
	p.line, l.pin, p.want = l, p, conngpio.NoEdge
	return nil
}

// release gives the line back. The caller holds the lock.
func (p *Pin) release() {
	if p.line != nil {
		p.detach()
		p.line = nil
	}
}

// detach takes the line from the pin, which then has to be opened again. The caller holds
// the lock.
func (p *Pin) detach() {
	if p.edges != nil {
		close(p.edges)
		p.edges = nil
	}
	if p.line.pin == p { // after the chip was removed, the line may have another user
		p.line.pin, p.line.consumer = nil, ""
	}
}

// Read returns the level of the line, Low if it cannot be read.
func (p *Pin) Read() gpio.Level {
	level, _ := p.ReadLevel()
	return level
}

// ReadLevel implements gpioext.LevelReader.
func (p *Pin) ReadLevel() (gpio.Level, error) {
	p.board.mu.Lock()
	defer p.board.mu.Unlock()
	switch {
	case p.line == nil:
		return gpio.Low, fmt.Errorf("%s: the line is not requested: %w", p.name, os.ErrClosed)
	case p.line.pin != p:
		return gpio.Low, goneError(p.name)
	}
	return p.line.now(), nil
}

// edge queues an edge for WaitForEdge. The caller holds the board's lock.
func (p *Pin) edge(level gpio.Level) {
	edge := conngpio.FallingEdge
	if level {
		edge = conngpio.RisingEdge
	}
	if p.want&edge == 0 {
		return
	}
	if len(p.edges) == cap(p.edges) {
		<-p.edges
	}
	p.edges <- edge
}

// WaitForEdge waits in real time, so in virtual time it is of use only for edges that
// are queued.
func (p *Pin) WaitForEdge(timeout time.Duration) bool {
	p.board.mu.Lock()
	edges := p.edges
	p.board.mu.Unlock()
	if edges == nil {
		return false
	}
	var expired <-chan time.Time
	if timeout >= 0 {
		timer := time.NewTimer(timeout)
		defer timer.Stop()
		expired = timer.C
	}
	select {
	case _, ok := <-edges:
		return ok
	default:
	}
	select {
	case _, ok := <-edges:
		return ok
	case <-expired:
		return false
	}
}

// PWM sets the duty cycle of a PWM output, rounded to 16 bits.
func (p *Pin) PWM(duty conngpio.Duty, f physic.Frequency) error {
	if !duty.Valid() {
		return fmt.Errorf("%s: duty cycle %d is out of range", p.name, int32(duty))
	}
	if p.pwm == nil {
		if f == 0 {
			f = physic.KiloHertz
		}
		pwm, err := p.StartPWM(f.Period())
		if err != nil {
			return err
		}
		p.pwm = pwm
	}
	return p.pwm.SetDuty(gpioext.Duty16(duty))
}

// Halt releases the line, which ends WaitForEdge, and stops the PWM output.
func (p *Pin) Halt() error {
	p.board.mu.Lock()
	p.release()
	pwm := p.pwm
	p.pwm = nil
	p.board.mu.Unlock()
	if pwm == nil {
		return nil
	}
	if err := pwm.SetDuty(0); err != nil {
		return err
	}
	return pwm.Close()
}
