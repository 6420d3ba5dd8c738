package periph

import (
	"errors"
	"testing"

	"periph.io/x/conn/v3/driver/driverreg"
	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpioreg"

	board "ptvd/internal/gpio"
	"ptvd/internal/scheduler"
)

// adapter is a driver of another package, such as periph's ftdi, whose pins have no
// edges.
type adapter struct{ pin *adapterPin }

func (adapter) String() string          { return "adapter" }
func (adapter) Prerequisites() []string { return nil }
func (adapter) After() []string         { return nil }
func (a adapter) Init() (bool, error)   { return true, gpioreg.Register(a.pin) }

type adapterPin struct {
	gpio.PinIO
	level gpio.Level
}

func (*adapterPin) Name() string { return "FT232H.D0" }
func (*adapterPin) Number() int  { return -1 }
func (p *adapterPin) In(_ gpio.Pull, edge gpio.Edge) error {
	if edge != gpio.NoEdge {
		return errors.New("no edges")
	}
	return nil
}

func (p *adapterPin) Read() gpio.Level { return p.level }

func (p *adapterPin) Out(level gpio.Level) error {
	p.level = level
	return nil
}

func (*adapterPin) Halt() error { return nil }

var registered = &adapterPin{PinIO: gpio.INVALID}

func init() { driverreg.MustRegister(adapter{registered}) }

func TestAPinOfAnyRegisteredDriverWorksByItsName(t *testing.T) {
	loop := scheduler.New(scheduler.Options{Clock: scheduler.NewVirtualClock(0)})
	err := loop.Run(func(task *scheduler.Task) error {
		b := board.NewBoard(Board{}, board.NewClaims(), "test")
		out, err := b.Output(task, "FT232H.D0", gpio.High)
		if err != nil || registered.level != gpio.High {
			t.Errorf("output: %v, level %v", err, registered.level)
		}
		if err := errors.Join(out.Set(task, gpio.Low), b.Close(task)); err != nil || registered.level != gpio.Low {
			t.Errorf("output: %v, level %v", err, registered.level)
		}
		in, err := b.Input(task, board.InputOptions{Lines: []string{"FT232H.D0"}})
		if err != nil {
			return err
		}
		if want := "FT232H.D0: polled every 20ms, since its driver reports no edges"; b.Polled() != want {
			t.Errorf("%q, want %q", b.Polled(), want)
		}
		registered.level = gpio.High
		if e, err := in.Next(task); err != nil || e.Level != gpio.High {
			t.Errorf("got %v (%v)", e, err)
		}
		return b.Close(task)
	})
	if err != nil {
		t.Fatal(err)
	}
}
