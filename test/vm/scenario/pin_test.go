//go:build vm

package scenario

import (
	"errors"
	"testing"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpioreg"
	"periph.io/x/conn/v3/physic"

	"ptvd/internal/gpio/periph"
	"ptvd/test/vm/wires"
)

// These tests check that the pins of our drivers do what periph's conn documents, as
// periph's gpiosmoketest does on a board.

const testLine = 22

// testPin returns the pin of a line that no instance uses, and releases it at the end.
func testPin(t *testing.T, name string) gpio.PinIO {
	t.Helper()
	pin, err := periph.Board{}.Pin(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := pin.Halt(); err != nil {
			t.Error(err)
		}
	})
	return pin
}

func TestPinsAreRegisteredInGpioreg(t *testing.T) {
	begin(t)
	testPin(t, "GPIO22")
	for _, name := range []string{"GPIO22", "GPIO0", "GPIO27", "pwmchip0/0"} {
		if pin := gpioreg.ByName(name); pin == nil || pin.Name() != name {
			t.Errorf("%s is %v", name, pin)
		}
	}
}

func TestOutputStartsAtItsLevelAndReadingLeavesItAnOutput(t *testing.T) {
	g := begin(t)
	pin := testPin(t, "GPIO22")
	g.drain()
	if err := errors.Join(pin.Out(gpio.High), pin.Out(gpio.Low), pin.Out(gpio.High)); err != nil {
		t.Fatal(err)
	}
	if pin.Read() != gpio.High {
		t.Error("it reads as low")
	}
	var levels []wires.Level
	for _, e := range g.drain() {
		switch e := e.(type) {
		case wires.Output:
			levels = append(levels, e.Level)
		case wires.Released:
			t.Errorf("the line was released: %+v", e)
		}
	}
	if len(levels) != 3 || levels[0] != wires.High || levels[1] != wires.Low || levels[2] != wires.High {
		t.Errorf("the line was driven to %v", levels)
	}
}

func TestWaitForEdgeFollowsConn(t *testing.T) {
	g := begin(t)
	pin := testPin(t, "GPIO22")
	set := func(level wires.Level) {
		t.Helper()
		if err := g.Wires.Set(testLine, level); err != nil {
			t.Fatal(err)
		}
	}
	set(wires.Free)
	defer g.Wires.Set(testLine, wires.Free)
	if err := pin.In(gpio.PullUp, gpio.BothEdges); err != nil {
		t.Fatal(err)
	}
	if pin.Read() != gpio.High || pin.Pull() != gpio.PullUp {
		t.Errorf("with a pull-up it reads as %v, pull %v", pin.Read(), pin.Pull())
	}
	if pin.WaitForEdge(0) || pin.WaitForEdge(100*ms) {
		t.Error("there is an edge on a line that did not change")
	}

	set(wires.Low)
	if !pin.WaitForEdge(-1) || pin.Read() != gpio.Low {
		t.Error("waiting for ever, the falling edge was missed")
	}
	set(wires.Free)
	time.Sleep(50 * ms) // edges that the kernel's thread has not handled yet are merged
	set(wires.Low)
	for i := range 2 { // queued
		if !pin.WaitForEdge(time.Second) {
			t.Errorf("edge %d was lost", i)
		}
	}
	if pin.WaitForEdge(0) {
		t.Error("there is an edge too many")
	}

	if err := pin.In(gpio.PullUp, gpio.RisingEdge); err != nil {
		t.Fatal(err)
	}
	set(wires.Free)
	set(wires.Low)
	if !pin.WaitForEdge(time.Second) || pin.WaitForEdge(100*ms) {
		t.Error("not exactly the rising edge was reported")
	}
}

func TestHaltAndInEndWaitForEdge(t *testing.T) {
	begin(t)
	for name, end := range map[string]func(gpio.PinIO) error{
		"Halt": gpio.PinIO.Halt,
		"In":   func(p gpio.PinIO) error { return p.In(gpio.PullUp, gpio.FallingEdge) },
	} {
		t.Run(name, func(t *testing.T) {
			pin := testPin(t, "GPIO22")
			if err := pin.In(gpio.PullUp, gpio.RisingEdge); err != nil {
				t.Fatal(err)
			}
			result := make(chan bool, 1)
			go func() { result <- pin.WaitForEdge(10 * time.Second) }()
			time.Sleep(200 * ms) // until it waits
			began := time.Now()
			if err := end(pin); err != nil {
				t.Fatal(err)
			}
			if edge := <-result; edge || time.Since(began) > 5*time.Second {
				t.Errorf("it returned %v after %v", edge, time.Since(began))
			}
		})
	}
}

func TestPWMOfAPinSetsPeriodAndDutyCycleUntilHalt(t *testing.T) {
	g := begin(t)
	pin := testPin(t, "GPIO18")
	g.drain()
	if err := pin.PWM(gpio.DutyHalf, 100*physic.Hertz); err != nil {
		t.Fatal(err)
	}
	half := func(p wires.PWM) bool {
		return p.Period == 10*ms && p.Duty > 4999*time.Microsecond && p.Duty < 5001*time.Microsecond
	}
	if _, err := wires.Await(g.Wires, time.Second, half); err != nil {
		t.Error("half of 100 Hz: ", err)
	}
	if err := pin.Halt(); err != nil {
		t.Fatal(err)
	}
	if _, err := wires.Await(g.Wires, time.Second, func(p wires.PWM) bool { return p.Duty == 0 }); err != nil {
		t.Error("after Halt: ", err)
	}
	if err := pin.PWM(gpio.DutyMax, 0); err != nil {
		t.Error("again: ", err)
	}
}
