package gpio_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"testing"
	"time"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
)

// two runs a body with the views of two instances, bell and lamp.
func two(t *testing.T, body func(t *scheduler.Task, bell, lamp *gpio.Board) error) {
	t.Helper()
	loop := scheduler.New(scheduler.Options{Clock: scheduler.NewVirtualClock(0)})
	world, claims := sim.New(loop), gpio.NewClaims()
	err := loop.Run(func(t *scheduler.Task) error {
		return body(t, gpio.NewBoard(world, claims, "bell"), gpio.NewBoard(world, claims, "lamp"))
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAPartHeldByAnotherInstanceIsBusyAndTheErrorNamesBoth(t *testing.T) {
	two(t, func(t *scheduler.Task, bell, lamp *gpio.Board) error {
		if _, err := bell.SPI(t, "SPI0.0", 1e6); err != nil {
			return err
		}
		_, err := lamp.SPI(t, "/dev/spidev0.0", 1e6)
		if want := "SPI0.0: device or resource busy (held by bell); stop bell or give lamp another one"; err == nil || err.Error() != want {
			return fmt.Errorf("got %v, want %s", err, want)
		}
		return nil
	})
}

func TestTheBoardDetectsTwoNamesOfOneLine(t *testing.T) {
	two(t, func(t *scheduler.Task, bell, lamp *gpio.Board) error {
		if _, err := bell.Output(t, "GPIO18", gpio.Low); err != nil {
			return err
		}
		if _, err := lamp.PWM(t, "pwmchip0/2", time.Millisecond); !errors.Is(err, syscall.EBUSY) {
			return fmt.Errorf("got %v", err)
		}
		return nil
	})
}

func TestCloseReleasesAllPartsAndClaims(t *testing.T) {
	two(t, func(t *scheduler.Task, bell, lamp *gpio.Board) error {
		in, err1 := bell.Input(t, gpio.InputOptions{Lines: []string{"GPIO5", "GPIO6"}})
		out, err2 := bell.Output(t, "GPIO23", gpio.Low)
		pwm, err3 := bell.PWM(t, "GPIO18", time.Millisecond)
		port, err4 := bell.SPI(t, "SPI0.0", 1e6)
		if err := errors.Join(err1, err2, err3, err4, bell.Close(), bell.Close()); err != nil {
			return err
		}
		for _, err := range []error{out.Set(gpio.High), pwm.SetDuty(1), port.Tx([]byte{1})} {
			if !errors.Is(err, os.ErrClosed) {
				return fmt.Errorf("after Close: %v", err)
			}
		}
		_, err1 = lamp.Input(t, gpio.InputOptions{Lines: []string{"GPIO6", "GPIO5", "GPIO23"}})
		_, err2 = lamp.Output(t, "GPIO18", gpio.Low)
		_, err3 = lamp.SPI(t, "SPI0.0", 1e6)
		return errors.Join(err1, err2, err3, wantTimeout(t, in, time.Second))
	})
}

func TestACancelledOpenLeavesNothingOpen(t *testing.T) {
	loop := scheduler.New(scheduler.Options{Clock: scheduler.NewTimerClock()})
	backend := &slowBackend{opening: scheduler.NewFlag(loop), goOn: make(chan struct{}), closed: make(chan struct{})}
	board := gpio.NewBoard(backend, gpio.NewClaims(), "bell")
	err := loop.Run(func(t *scheduler.Task) error {
		opener := t.Go("open", func(t *scheduler.Task) error {
			_, err := board.Output(t, "GPIO5", gpio.Low)
			return err
		})
		if err := backend.opening.Wait(t); err != nil {
			return err
		}
		opener.Cancel()
		if t.Join(opener); opener.Err() != scheduler.ErrCancelled {
			return fmt.Errorf("it ended with %v", opener.Err())
		}
		close(backend.goOn)
		_, err := scheduler.Await(t, func(context.Context) (struct{}, error) { return <-backend.closed, nil })
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// slowBackend opens an output when it is told to.
type slowBackend struct {
	gpio.Backend
	gpio.Output
	opening *scheduler.Flag
	goOn    chan struct{}
	closed  chan struct{}
}

func (b *slowBackend) OpenOutput(string, gpio.Level) (gpio.Output, error) {
	b.opening.Set()
	<-b.goOn
	return b, nil
}

func (b *slowBackend) Close() error {
	close(b.closed)
	return nil
}

func TestCanonicalNames(t *testing.T) {
	for name, want := range map[string]string{
		"/dev/spidev0.0": "SPI0.0", "/dev/spidev10.2": "SPI10.2",
		"SPI0.0": "SPI0.0", "GPIO17": "GPIO17", "pwmchip0/1": "pwmchip0/1",
	} {
		if got := gpio.Canonical(name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}
