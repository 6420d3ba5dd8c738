// Package expander adds the pins of I/O expanders to a board, by drivers of
// periph.io/x/devices. The pin GPA0 of the expander porch is named porch.GPA0.
//
// An expander is opened when one of its pins is first used, so that a board starts
// without it. After an error on the bus it is opened again, since it may have lost
// power and its registers.
package expander

import (
	"errors"
	"fmt"
	"io"
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

	calling chan struct{}    // filled during a call of the driver, which has no lock of its own; guards what follows
	bus     *observedBus     // nil while the expander is not open
	pins    []conngpio.PinIO // of the driver, in the order of Model.Pins
}

// observedBus keeps the first error of a call, which methods like Read of a pin do not
// return.
type observedBus struct {
	i2c.BusCloser
	err error
}

func (b *observedBus) Tx(address uint16, w, r []byte) error {
	err := b.BusCloser.Tx(address, w, r)
	if b.err == nil {
		b.err = err
	}
	return err
}

// call calls the driver's pin. After an error the expander is closed.
func (e *expander) call(number int, do func(conngpio.PinIO) error) error {
	e.calling <- struct{}{}
	defer e.end()
	if e.closed.Load() {
		return os.ErrClosed
	}
	if e.bus == nil {
		bus, err := e.open()
		if err != nil {
			return err
		}
		e.bus = &observedBus{BusCloser: bus}
		if e.pins, err = e.options.Model.open(e.bus, e.options.Address); err != nil {
			return errors.Join(err, e.forget())
		}
	}
	e.bus.err = nil
	err := do(e.pins[number])
	if failed := e.bus.err; failed != nil { // err may have lost its cause, or be nil
		return errors.Join(failed, e.forget())
	}
	return err
}

func (e *expander) forget() error {
	var closer io.Closer = e.bus.BusCloser
	e.bus, e.pins = nil, nil
	return closer.Close()
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

// In makes the pin an input. Its driver cannot detect edges.
func (p *Pin) In(pull conngpio.Pull, edge conngpio.Edge) error {
	if edge != conngpio.NoEdge {
		return fmt.Errorf("%s: an I/O expander reports no edges", p.name)
	}
	if !slices.Contains(p.expander.options.Model.pulls, pull) {
		return fmt.Errorf("%s: the %s has no pull resistor of this kind (%v)", p.name, p.expander.options.Model.Name, pull)
	}
	return p.call(func(pin conngpio.PinIO) error { return pin.In(pull, edge) })
}

// Read returns the level, Low if it cannot be read.
func (p *Pin) Read() gpio.Level {
	level, _ := p.ReadLevel()
	return level
}

// ReadLevel implements gpioext.LevelReader.
func (p *Pin) ReadLevel() (level gpio.Level, err error) {
	err = p.call(func(pin conngpio.PinIO) error {
		level = pin.Read()
		return nil
	})
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
	return p.call(func(pin conngpio.PinIO) error { return pin.Out(level) })
}

// PWM fails.
func (p *Pin) PWM(conngpio.Duty, physic.Frequency) error {
	return fmt.Errorf("%s: an I/O expander has no PWM", p.name)
}

// Halt does nothing, so that an output keeps its level.
func (p *Pin) Halt() error { return nil }

func (p *Pin) call(do func(conngpio.PinIO) error) error {
	if err := p.expander.call(p.number, do); err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	return nil
}
