package expander_test

import (
	"errors"
	"fmt"
	"slices"
	"syscall"
	"testing"
	"time"

	conngpio "periph.io/x/conn/v3/gpio"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/expander"
	"ptvd/internal/gpio/gpioext"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/gpio/sim/simchip"
	"ptvd/internal/scheduler"
)

// lampAndButton are an output and an input of the same expander.
func lampAndButton(t *scheduler.Task, board *gpio.Board) (*gpio.Output, *gpio.Input, error) {
	lamp, err := board.Output(t, "porch.GPA0", gpio.High)
	if err != nil {
		return nil, nil, err
	}
	button, err := board.Input(t, gpio.InputOptions{Lines: []string{"porch.GPB3"}, Pull: gpio.PullUp, ActiveLow: true})
	return lamp, button, err
}

// checkRestored returns an error unless an expander holds what lampAndButton have set.
func checkRestored(chip *simchip.MCP23017) error {
	if chip.Level(0) != gpio.High || chip.Level(11) != gpio.High {
		return fmt.Errorf("the lamp is %v, and the pull-up of the button %v", chip.Level(0), chip.Level(11))
	}
	return nil
}

func TestPinsGetBackWhatTheyWereSetToAfterAnExpanderLostItsPower(t *testing.T) {
	run(t, func(t *scheduler.Task, world *sim.Board, _ *simchip.MCP23017, board *gpio.Board) error {
		_, button, err := lampAndButton(t, board)
		if err != nil {
			return err
		}
		restarted := simchip.NewMCP23017()
		world.AttachI2C(0x20, restarted)
		world.FailI2C(0x20, 1, syscall.EREMOTEIO) // of the next poll
		if e, err := button.NextUntil(t, t.Now().Add(time.Second)); !errors.Is(err, scheduler.ErrTimeout) {
			return fmt.Errorf("one transfer was lost, and the button was reported: %v (%v)", e, err)
		}
		return checkRestored(restarted)
	})
}

func TestAnOutputIsSetThoughTheExpanderLostItsPowerUnnoticed(t *testing.T) {
	run(t, func(t *scheduler.Task, world *sim.Board, _ *simchip.MCP23017, board *gpio.Board) error {
		lamp, _, err := lampAndButton(t, board)
		if err != nil {
			return err
		}
		restarted := simchip.NewMCP23017()
		world.AttachI2C(0x20, restarted)
		if err := lamp.Set(t, gpio.High); err != nil {
			return err
		}
		return checkRestored(restarted)
	})
}

// quasi is a PCF8574: a pin is low if its latch is low or something outside pulls it down.
type quasi struct{ latch, outside byte }

func (q *quasi) Tx(w, r []byte) error {
	if len(w) > 0 {
		q.latch = w[len(w)-1]
	}
	for i := range r {
		r[i] = q.latch & q.outside
	}
	return nil
}

func TestAPinOfAPCF8574LeavesTheOthersAsTheyAre(t *testing.T) {
	world := sim.New(scheduler.New(scheduler.Options{Clock: scheduler.NewVirtualClock(0)}))
	chip := &quasi{latch: 0b1111_1110, outside: 0xFF} // an earlier process has left P0 low
	world.AttachI2C(0x20, chip)
	backend := expander.Attach(world, gpio.NewClaims(), map[string]expander.Options{"porch": {Model: model(t, "pcf8574"), Bus: "I2C1", Address: 0x20}})
	pin := func(name string) gpioext.PolledPin {
		pin, err := backend.Pin("porch." + name)
		if err != nil {
			t.Fatal(err)
		}
		return pin.(gpioext.PolledPin)
	}
	for _, step := range []struct {
		what  string
		do    func() error
		latch byte
	}{
		{"P7 is made an input", func() error { return pin("P7").In(conngpio.PullUp, conngpio.NoEdge) }, 0b1111_1110},
		{"P1 is set", func() error { return pin("P1").Out(gpio.Low) }, 0b1111_1100},
		{"P2 is set, and its load holds it down", func() error { chip.outside = 0b0111_1011; return pin("P2").Out(gpio.High) }, 0b1111_1100},
		{"P7 is read", func() error {
			level, err := pin("P7").ReadLevel()
			if level {
				return errors.Join(err, errors.New("it is high"))
			}
			return err
		}, 0b1111_1100},
		{"P0 is set", func() error { return pin("P0").Out(gpio.High) }, 0b1111_1101},
	} {
		if err := step.do(); err != nil || chip.latch != step.latch {
			t.Errorf("%s: the latch is %08b, want %08b (%v)", step.what, chip.latch, step.latch, err)
		}
	}
}

// recorder passes on the transfers of an expander, and watches a pin between them.
type recorder struct {
	*simchip.MCP23017
	seen *[]gpio.Level
}

func (r recorder) Tx(w, b []byte) error {
	err := r.MCP23017.Tx(w, b)
	*r.seen = append(*r.seen, r.Level(0))
	return err
}

func TestAnOutputOfAnExpanderHasItsLevelFromTheStart(t *testing.T) {
	run(t, func(t *scheduler.Task, world *sim.Board, chip *simchip.MCP23017, board *gpio.Board) error {
		chip.Drive(0, gpio.High) // as the pull-up resistor of a relay board does
		var seen []gpio.Level
		world.AttachI2C(0x20, recorder{chip, &seen})
		if _, err := board.Output(t, "porch.GPA0", gpio.High); err != nil {
			return err
		}
		if slices.Contains(seen, gpio.Low) || len(seen) == 0 {
			return fmt.Errorf("its levels were %v", seen)
		}
		return nil
	})
}
