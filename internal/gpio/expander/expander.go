// Package expander adds the pins of I/O expanders to a board. The pin GPA0 of the expander
// porch is named porch.GPA0.
//
// An expander is opened when one of its pins is first used, so that a board starts
// without it. After an error on the bus it is opened again and gets back what its pins were
// set to, since it may have lost power and its registers.
package expander

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	conngpio "periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/physic"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/gpioext"
)

// Options describe an expander.
type Options struct {
	Model   *Model
	Bus     string // I2C1
	Address uint16
	Poll    time.Duration // the period in which inputs are read
}

// Attach returns the backend with the pins of expanders, by their names. Transfers are
// counted and addresses claimed in claims.
func Attach(backend gpio.Backend, claims *gpio.Claims, expanders map[string]Options) gpio.Backend {
	if len(expanders) == 0 {
		return backend
	}
	b := &board{Backend: backend, expanders: map[string]*expander{}}
	for name, o := range expanders {
		b.expanders[name] = &expander{name: name, options: o, calling: make(chan struct{}, 1), open: func() (i2c.BusCloser, error) {
			return gpio.OpenI2C(backend, claims, "expander "+name, o.Bus, o.Address)
		}}
	}
	return b
}

// board is a board with expanders.
type board struct {
	gpio.Backend
	expanders map[string]*expander
}

// Pin returns a pin of an expander or of the board.
func (b *board) Pin(name string) (conngpio.PinIO, error) {
	prefix, pin, dotted := strings.Cut(name, ".")
	e := b.expanders[prefix]
	if !dotted || e == nil {
		return b.Backend.Pin(name)
	}
	number := slices.Index(e.options.Model.Pins, pin)
	if number < 0 {
		return nil, fmt.Errorf("%s: the %s has no pin %s; it has %s", name, e.options.Model.Name, pin, strings.Join(e.options.Model.Pins, ", "))
	}
	return &Pin{e, name, number}, nil
}

// Close closes the buses of the expanders and the board.
func (b *board) Close() error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(b.expanders)) {
		errs = append(errs, b.expanders[name].close())
	}
	return errors.Join(append(errs, b.Backend.Close())...)
}

// expander is an expander on a bus.
type expander struct {
	name    string
	options Options
	open    func() (i2c.BusCloser, error)
	closed  atomic.Bool

	calling chan struct{} // filled during a call; guards what follows
	bus     i2c.BusCloser // nil while the expander is not open
	holds   registers     // what it was last known to hold
	set     uint16        // the pins that were set since the start
}

// call makes a call, and after an error once more: a bus loses a transfer now and then.
func (e *expander) call(do func(link) error) (err error) {
	e.calling <- struct{}{}
	defer e.end()
	for range 2 {
		if e.closed.Load() {
			return os.ErrClosed
		}
		if err = e.try(do); err == nil {
			return nil
		}
	}
	return err
}

// try makes a call. After an error the expander is closed.
func (e *expander) try(do func(link) error) (err error) {
	fresh := e.bus == nil
	if fresh {
		if e.bus, err = e.open(); err != nil {
			e.bus = nil
			return err
		}
	}
	l := link{e.bus, e.options.Address, len(e.options.Model.Pins) / 8}
	if fresh {
		err = e.setUp(l)
	}
	if err == nil {
		err = do(l)
	}
	if err != nil {
		return errors.Join(err, e.forget())
	}
	return nil
}

// setUp gives the pins that were set what they had, and leaves the others as they are.
func (e *expander) setUp(l link) error {
	found, err := e.options.Model.chip.load(l)
	if err != nil {
		return err
	}
	merge := func(found, held uint16) uint16 { return found&^e.set | held&e.set }
	e.holds = registers{merge(found.latch, e.holds.latch), merge(found.inputs, e.holds.inputs), merge(found.pullUps, e.holds.pullUps)}
	if e.set == 0 {
		return nil
	}
	return e.options.Model.chip.store(l, e.holds)
}

// change changes the registers of a pin. All are written, as they may have been lost without
// an error.
func (e *expander) change(number int, apply func(r *registers, pin uint16)) error {
	return e.call(func(l link) error {
		next, pin := e.holds, uint16(1)<<number
		apply(&next, pin)
		if err := e.options.Model.chip.store(l, next); err != nil {
			return err
		}
		e.holds, e.set = next, e.set|pin
		return nil
	})
}

func (e *expander) forget() error {
	bus := e.bus
	e.bus = nil
	return bus.Close()
}

// end ends a call. If close was called meanwhile and has given up, it closes the bus.
func (e *expander) end() {
	if e.closed.Load() && e.bus != nil {
		_ = e.forget()
	}
	<-e.calling
}

// closeTimeout limits how long a call in progress is waited for. A transfer takes
// milliseconds unless the bus hangs, and the whole daemon must stop within a second.
const closeTimeout = 250 * time.Millisecond

// close rejects further calls and closes the bus, after a call that hangs when that
// returns.
func (e *expander) close() error {
	e.closed.Store(true)
	select {
	case e.calling <- struct{}{}:
	case <-time.After(closeTimeout):
		return fmt.Errorf("expander %s: not closed within %v: its bus hangs", e.name, closeTimeout)
	}
	defer func() { <-e.calling }()
	if e.bus == nil {
		return nil
	}
	return e.forget()
}

// Pin is a pin of an expander. Its methods take a transfer on the bus or two.
type Pin struct {
	expander *expander
	name     string
	number   int
}

var _ gpioext.PolledPin = (*Pin)(nil)

// String returns the name.
func (p *Pin) String() string { return p.name }

// Name returns the name: porch.GPA0.
func (p *Pin) Name() string { return p.name }

// Number returns the number of the pin on its expander.
func (p *Pin) Number() int { return p.number }

// Function returns nothing.
func (p *Pin) Function() string { return "" }

// In makes the pin an input. It reports no edges.
func (p *Pin) In(pull conngpio.Pull, edge conngpio.Edge) error {
	if edge != conngpio.NoEdge {
		return fmt.Errorf("%s: an I/O expander reports no edges", p.name)
	}
	if !slices.Contains(p.expander.options.Model.pulls, pull) {
		return fmt.Errorf("%s: the %s has no pull resistor of this kind (%v)", p.name, p.expander.options.Model.Name, pull)
	}
	return p.change(func(r *registers, pin uint16) {
		r.inputs |= pin
		switch pull {
		case conngpio.PullUp:
			r.pullUps |= pin
		case conngpio.Float:
			r.pullUps &^= pin
		}
	})
}

// Read returns the level, Low if it cannot be read.
func (p *Pin) Read() gpio.Level {
	level, _ := p.ReadLevel()
	return level
}

// ReadLevel implements gpioext.LevelReader.
func (p *Pin) ReadLevel() (level gpio.Level, err error) {
	err = p.named(p.expander.call(func(l link) error {
		levels, err := p.expander.options.Model.chip.levels(l)
		level = levels>>p.number&1 == 1
		return err
	}))
	return level, err
}

// PollPeriod implements gpioext.PolledPin.
func (p *Pin) PollPeriod() time.Duration { return p.expander.options.Poll }

// WaitForEdge returns false.
func (p *Pin) WaitForEdge(time.Duration) bool { return false }

// Pull is not known.
func (p *Pin) Pull() conngpio.Pull { return conngpio.PullNoChange }

// DefaultPull is not known.
func (p *Pin) DefaultPull() conngpio.Pull { return conngpio.PullNoChange }

// Out makes the pin an output, if it is none, and drives it.
func (p *Pin) Out(level gpio.Level) error {
	return p.change(func(r *registers, pin uint16) {
		r.inputs &^= pin
		r.latch &^= pin
		if level {
			r.latch |= pin
		}
	})
}

// PWM fails.
func (p *Pin) PWM(conngpio.Duty, physic.Frequency) error {
	return fmt.Errorf("%s: an I/O expander has no PWM", p.name)
}

// Halt does nothing, so that an output keeps its level.
func (p *Pin) Halt() error { return nil }

func (p *Pin) change(apply func(r *registers, pin uint16)) error {
	return p.named(p.expander.change(p.number, apply))
}

func (p *Pin) named(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", p.name, err)
}
