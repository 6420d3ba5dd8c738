package gpio_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	conngpio "periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

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
		if _, err := bell.SPI(t, "SPI0.0"); err != nil {
			return err
		}
		_, err := lamp.SPI(t, "/dev/spidev0.0")
		if want := "SPI0.0: device or resource busy (held by bell); stop bell or give lamp another one"; err == nil || err.Error() != want {
			return fmt.Errorf("got %v, want %s", err, want)
		}
		return nil
	})
}

func TestABusThatIsInUseOwnsItsLines(t *testing.T) {
	input := func(name string) func(*scheduler.Task, *gpio.Board) error {
		return func(t *scheduler.Task, b *gpio.Board) error {
			_, err := b.Input(t, gpio.InputOptions{Lines: []string{"GPIO5", name}})
			return err
		}
	}
	spi := func(t *scheduler.Task, b *gpio.Board) error {
		_, err := b.SPI(t, "/dev/spidev0.0")
		return err
	}
	i2c := func(t *scheduler.Task, b *gpio.Board) error {
		_, err := b.I2C(t, "I2C1", 0x3C)
		return err
	}
	uart := func(t *scheduler.Task, b *gpio.Board) error {
		_, err := b.UART(t, "/dev/ttyAMA0", 9600)
		return err
	}
	for _, c := range []struct {
		first, second func(*scheduler.Task, *gpio.Board) error
		want          string
	}{
		{spi, input("GPIO10"), "GPIO10: device or resource busy (MOSI of SPI0.0, held by bell); use another line"},
		{input("GPIO11"), spi, "SPI0.0: device or resource busy: GPIO11, its line SCLK, is held by bell; stop bell or use another line there"},
		{i2c, input("GPIO2"), "GPIO2: device or resource busy (SDA of I2C1/0x3c, held by bell); use another line"},
		{input("GPIO14"), uart, "/dev/ttyAMA0: device or resource busy: GPIO14, its line TXD, is held by bell; stop bell or use another line there"},
		{spi, i2c, ""},
	} {
		two(t, func(task *scheduler.Task, bell, lamp *gpio.Board) error {
			if err := c.first(task, bell); err != nil {
				return err
			}
			if err := c.second(task, lamp); c.want == "" && err != nil || c.want != "" && (!errors.Is(err, syscall.EBUSY) || err.Error() != c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
			if err := errors.Join(lamp.Close(task), bell.Close(task)); err != nil {
				return err
			}
			return c.second(task, lamp)
		})
	}
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
		port, err4 := bell.SPI(t, "SPI0.0")
		bus, err5 := bell.I2C(t, "I2C1", 0x20)
		uart, err6 := bell.UART(t, "/dev/ttyAMA0", 9600)
		pin, err7 := bell.Pin(t, "GPIO12")
		if err := errors.Join(err1, err2, err3, err4, err5, err6, err7, bell.Close(t), bell.Close(t)); err != nil {
			return err
		}
		_, connected := port.Connect(physic.MegaHertz, spi.Mode0, 8)
		_, read := uart.Read(make([]byte, 1))
		_, written := uart.Write([]byte{1})
		for _, err := range []error{
			out.Set(t, gpio.High), pwm.SetDuty(1), connected, bus.Tx(0x20, []byte{1}, nil), read, written,
			pin.In(conngpio.PullUp, conngpio.NoEdge), pin.Out(gpio.High), pin.PWM(1, physic.KiloHertz), pin.Halt(),
		} {
			if !errors.Is(err, os.ErrClosed) {
				return fmt.Errorf("after Close: %v", err)
			}
		}
		_, err1 = lamp.Input(t, gpio.InputOptions{Lines: []string{"GPIO6", "GPIO5", "GPIO23"}})
		_, err2 = lamp.Output(t, "GPIO18", gpio.Low)
		_, err3 = lamp.SPI(t, "SPI0.0")
		_, err4 = lamp.I2C(t, "/dev/i2c-1", 0x20)
		_, err5 = lamp.UART(t, "/dev/ttyAMA0", 9600)
		_, err6 = lamp.Pin(t, "GPIO12")
		return errors.Join(err1, err2, err3, err4, err5, err6, wantTimeout(t, in, time.Second))
	})
}

func TestTransfersOnEveryKindOfPortAreCounted(t *testing.T) {
	loop := scheduler.New(scheduler.Options{Clock: scheduler.NewVirtualClock(0)})
	world, claims := sim.New(loop), gpio.NewClaims()
	board := gpio.NewBoard(world, claims, "test")
	world.AttachI2C(0x20, echo{})
	err := loop.Run(func(t *scheduler.Task) error {
		bus, err1 := board.I2C(t, "I2C1", 0x20)
		uart, err2 := board.UART(t, "/dev/ttyAMA0", 9600)
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		_, err := uart.Write([]byte("hello"))
		return errors.Join(err, bus.Tx(0x20, []byte{1}, make([]byte, 2)), board.Close(t))
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]*gpio.Counter{"3 bytes over I2C": &claims.I2C, "5 bytes over a serial port": &claims.UART} {
		if got := fmt.Sprintf("%d bytes", c.Bytes()); c.Transfers() != 1 || !strings.HasPrefix(name, got) {
			t.Errorf("%s: counted %d transfers of %s", name, c.Transfers(), got)
		}
	}
}

// echo is an I2C device that accepts everything.
type echo struct{}

func (echo) Tx(_, _ []byte) error { return nil }

func TestACancelledOpenLeavesNothingOpen(t *testing.T) {
	loop := scheduler.New(scheduler.Options{Clock: scheduler.NewTimerClock()})
	backend := &slowBackend{opening: scheduler.NewFlag(loop), goOn: make(chan struct{}), closed: make(chan struct{})}
	board := gpio.NewBoard(backend, gpio.NewClaims(), "bell")
	err := loop.Run(func(t *scheduler.Task) error {
		opener := t.Go("open", func(t *scheduler.Task) error {
			_, err := board.I2C(t, "I2C1", 0x20)
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

// slowBackend opens a bus when it is told to.
type slowBackend struct {
	gpio.Backend
	i2c.BusCloser
	opening *scheduler.Flag
	goOn    chan struct{}
	closed  chan struct{}
}

func (b *slowBackend) OpenI2C(string) (i2c.BusCloser, error) {
	b.opening.Set()
	<-b.goOn
	return b, nil
}

func (b *slowBackend) Close() error {
	close(b.closed)
	return nil
}

func TestABusIsSharedByItsAddresses(t *testing.T) {
	two(t, func(t *scheduler.Task, bell, lamp *gpio.Board) error {
		bus, err1 := bell.I2C(t, "I2C1", 0x20)
		_, err2 := lamp.I2C(t, "/dev/i2c-1", 0x21)
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		_, err := lamp.I2C(t, "/dev/i2c-1", 0x20)
		if want := "I2C1/0x20: device or resource busy (held by bell)"; err == nil || !strings.HasPrefix(err.Error(), want) {
			return fmt.Errorf("got %v, want %s", err, want)
		}
		if err := bus.Tx(0x21, []byte{1}, nil); err == nil || !strings.Contains(err.Error(), "0x21, which is not claimed") {
			return fmt.Errorf("a transfer to the address of another: %v", err)
		}
		if err := bus.Tx(0x20, []byte{1}, nil); !errors.Is(err, syscall.EREMOTEIO) {
			return fmt.Errorf("a transfer without a device: %v", err)
		}
		return nil
	})
}

func TestCanonicalNames(t *testing.T) {
	for name, want := range map[string]string{
		"/dev/spidev0.0": "SPI0.0", "/dev/spidev10.2": "SPI10.2", "/dev/i2c-1": "I2C1",
		"SPI0.0": "SPI0.0", "GPIO17": "GPIO17", "pwmchip0/1": "pwmchip0/1",
	} {
		if got := gpio.Canonical(name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}
