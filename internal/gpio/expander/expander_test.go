package expander_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	conngpio "periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/i2c"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/expander"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/gpio/sim/simchip"
	"ptvd/internal/scheduler"
)

const poll = 20 * time.Millisecond

// run runs a body beside a simulated board with an expander named porch, in virtual
// time.
func run(t *testing.T, body func(t *scheduler.Task, world *sim.Board, chip *simchip.MCP23017, board *gpio.Board) error) {
	t.Helper()
	loop := scheduler.New(scheduler.Options{Clock: scheduler.NewVirtualClock(0)})
	world, chip, claims := sim.New(loop), simchip.NewMCP23017(), gpio.NewClaims()
	world.AttachI2C(0x20, chip)
	backend := expander.Attach(world, claims, map[string]expander.Options{
		"porch": {Model: model(t, "mcp23017"), Bus: "I2C1", Address: 0x20, Poll: poll},
	})
	board := gpio.NewBoard(backend, claims, "test")
	err := loop.Run(func(t *scheduler.Task) error {
		return errors.Join(body(t, world, chip, board), board.Close(t), backend.Close())
	})
	if err != nil {
		t.Fatal(err)
	}
}

func model(t *testing.T, name string) *expander.Model {
	t.Helper()
	for _, m := range expander.Models {
		if m.Name == name {
			return m
		}
	}
	t.Fatal("no model ", name)
	return nil
}

func TestAnOutputOfAnExpanderIsSetAndKeepsItsLevel(t *testing.T) {
	run(t, func(t *scheduler.Task, _ *sim.Board, chip *simchip.MCP23017, board *gpio.Board) error {
		first, err1 := board.Output(t, "porch.GPA0", gpio.High)
		second, err2 := board.Output(t, "porch.GPB7", gpio.Low)
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		if chip.Level(0) != gpio.High || chip.Level(15) != gpio.Low {
			return fmt.Errorf("they start at %v and %v", chip.Level(0), chip.Level(15))
		}
		if err := errors.Join(first.Set(t, gpio.Low), second.Set(t, gpio.High), board.Close(t)); err != nil {
			return err
		}
		if chip.Level(0) != gpio.Low || chip.Level(15) != gpio.High {
			return fmt.Errorf("after Close they are %v and %v", chip.Level(0), chip.Level(15))
		}
		return nil
	})
}

func TestAButtonOnAnExpanderIsPolled(t *testing.T) {
	run(t, func(t *scheduler.Task, _ *sim.Board, chip *simchip.MCP23017, board *gpio.Board) error {
		in, err := board.Input(t, gpio.InputOptions{
			Lines: []string{"porch.GPA3"}, Pull: gpio.PullUp, ActiveLow: true, Debounce: 10 * time.Millisecond,
		})
		if err != nil {
			return err
		}
		if in.Polled() != poll || in.Level(0) != gpio.Low {
			return fmt.Errorf("polled every %v, pressed %v", in.Polled(), in.Level(0))
		}
		for i, change := range []func(){func() { chip.Drive(3, gpio.Low) }, func() { chip.Float(3) }} {
			if err := t.Sleep(time.Second); err != nil {
				return err
			}
			at := t.Now()
			change()
			e, err := in.Next(t)
			if late := e.At.Sub(at); err != nil || e.Level != gpio.Level(i == 0) || late < 0 || late > poll {
				return fmt.Errorf("change %d: %v after %v (%v)", i, e, late, err)
			}
		}
		return nil
	})
}

func TestAnExpanderThatDoesNotAnswerIsAnErrorAndIsOpenedAgain(t *testing.T) {
	run(t, func(t *scheduler.Task, world *sim.Board, chip *simchip.MCP23017, board *gpio.Board) error {
		button := gpio.InputOptions{Lines: []string{"porch.GPA3"}, Pull: gpio.PullUp, ActiveLow: true}
		world.AttachI2C(0x20, nil)
		if _, err := board.Input(t, button); !errors.Is(err, syscall.EREMOTEIO) || !strings.HasPrefix(err.Error(), "porch.GPA3: I2C1/0x20: ") {
			return fmt.Errorf("without the expander: %v", err)
		}
		world.AttachI2C(0x20, chip)
		in, err := board.Input(t, button)
		if err != nil {
			return err
		}
		world.AttachI2C(0x20, nil)
		if e, err := in.Next(t); !errors.Is(err, syscall.EREMOTEIO) {
			return fmt.Errorf("after it was unplugged: %v (%v)", e, err)
		}
		world.AttachI2C(0x20, simchip.NewMCP23017()) // which has lost its registers
		in, err = board.Input(t, button)
		if err != nil || in.Level(0) != gpio.Low {
			return fmt.Errorf("after it was plugged in: %v", err)
		}
		return nil
	})
}

func TestErrorsNameWhatTheExpanderHas(t *testing.T) {
	run(t, func(t *scheduler.Task, _ *sim.Board, _ *simchip.MCP23017, board *gpio.Board) error {
		_, noPin := board.Pin(t, "porch.GPC0")
		_, noExpander := board.Pin(t, "cellar.GPA0")
		_, noPull := board.Input(t, gpio.InputOptions{Lines: []string{"porch.GPA1"}, Pull: gpio.PullDown})
		_, noPWM := board.PWM(t, "porch.GPA2", time.Millisecond)
		for i, want := range []string{"the mcp23017 has no pin GPC0; it has GPA0", "no GPIO line is named cellar.GPA0", "has no pull resistor of this kind", "no hardware PWM"} {
			if err := []error{noPin, noExpander, noPull, noPWM}[i]; err == nil || !strings.Contains(err.Error(), want) {
				return fmt.Errorf("%v; want …%s…", err, want)
			}
		}
		return nil
	})
}

func TestAnAddressIsClaimedByItsExpander(t *testing.T) {
	run(t, func(t *scheduler.Task, _ *sim.Board, _ *simchip.MCP23017, board *gpio.Board) error {
		if _, err := board.Output(t, "porch.GPA0", gpio.Low); err != nil {
			return err
		}
		if _, err := board.I2C(t, "I2C1", 0x20); err == nil || !strings.Contains(err.Error(), "held by expander porch") {
			return fmt.Errorf("got %v", err)
		}
		return nil
	})
}

func TestEveryModelHasItsPins(t *testing.T) {
	loop := scheduler.New(scheduler.Options{Clock: scheduler.NewVirtualClock(0)})
	world := sim.New(loop)
	world.AttachI2C(0x21, acknowledging{})
	for _, m := range expander.Models {
		backend := expander.Attach(world, gpio.NewClaims(), map[string]expander.Options{"x": {Model: m, Bus: "I2C1", Address: 0x21}})
		for _, name := range m.Pins {
			pin, err := backend.Pin("x." + name)
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(pin.Out(gpio.High), pin.In(conngpio.PullUp, conngpio.NoEdge)); err != nil {
				t.Errorf("%s: %v", m.Name, err)
			}
		}
	}
}

// acknowledging is a device that accepts everything and sends zeros.
type acknowledging struct{}

func (acknowledging) Tx(_, r []byte) error {
	clear(r)
	return nil
}

// countingBoard counts the buses that are open.
type countingBoard struct {
	gpio.Backend
	open atomic.Int32
}

type countedBus struct {
	i2c.BusCloser
	open *atomic.Int32
}

func (b *countingBoard) OpenI2C(name string) (i2c.BusCloser, error) {
	bus, err := b.Backend.OpenI2C(name)
	b.open.Add(1)
	return countedBus{bus, &b.open}, err
}

func (b countedBus) Close() error {
	b.open.Add(-1)
	return b.BusCloser.Close()
}

// stuck is a device during whose transfers nothing else happens until it is released.
type stuck struct{ release chan struct{} }

func (s stuck) Tx(_, r []byte) error {
	<-s.release
	clear(r)
	return nil
}

func TestClosingDoesNotWaitForATransferThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		world := sim.New(scheduler.New(scheduler.Options{Clock: scheduler.NewTimerClock()}))
		device := stuck{make(chan struct{})}
		world.AttachI2C(0x20, device)
		counting := &countingBoard{Backend: world}
		backend := expander.Attach(counting, gpio.NewClaims(), map[string]expander.Options{"porch": {Model: model(t, "pcf8574"), Bus: "I2C1", Address: 0x20}})
		pin, err := backend.Pin("porch.P0")
		if err != nil {
			t.Fatal(err)
		}
		go pin.Out(gpio.High)
		synctest.Wait()
		began := time.Now()
		if err := backend.Close(); err == nil || !strings.Contains(err.Error(), "expander porch: not closed within 250ms") {
			t.Errorf("got %v", err)
		}
		if took := time.Since(began); took > 300*time.Millisecond {
			t.Errorf("closing took %v", took)
		}
		close(device.release)
		synctest.Wait()
		if n := counting.open.Load(); n != 0 {
			t.Errorf("%d buses are open after the transfer returned", n)
		}
		if err := pin.Out(gpio.Low); !errors.Is(err, os.ErrClosed) {
			t.Errorf("after it was closed: %v", err)
		}
	})
}
