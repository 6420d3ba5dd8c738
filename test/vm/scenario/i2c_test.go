//go:build vm

package scenario

import (
	"slices"
	"testing"
	"time"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/expander"
	"ptvd/internal/gpio/periph"
	"ptvd/test/vm/wires"
)

const expanderAddress = 0x20

// answer connects a device to the I2C bus, until the end of the test.
func (g *guest) answer(address int, bytes ...byte) {
	g.Helper()
	if err := g.Wires.I2C(address, bytes...); err != nil {
		g.Fatal(err)
	}
}

// written returns what was written to a device, transfer by transfer.
func (g *guest) written(address int) (all [][]byte) {
	g.Helper()
	for _, e := range g.drain() {
		if t, ok := e.(wires.Transfer); ok && t.Address == address {
			for _, m := range t.Messages {
				if !m.Read {
					all = append(all, m.Bytes)
				}
			}
		}
	}
	return all
}

func TestButtonOnAnExpanderIsPolledOverI2C(t *testing.T) {
	g := begin(t)
	g.configure("expanders: {porch: {pcf8574: {i2c: I2C1, address: 0x20}}}\nplugins:\n" +
		"  bell: {plugin: button, pin: porch.P3, on_press: lamp.on}\n" +
		"  lamp: {plugin: fade, output: GPIO18, restore: 'off'}\n")
	g.start()
	g.waitForLog("I2C1/0x20: ") // an error, while there is no expander
	g.answer(expanderAddress, 0xFF)
	polls := func(answer byte) {
		t.Helper()
		_, err := wires.Await(g.Wires, time.Minute, func(e wires.Transfer) bool {
			return e.Address == expanderAddress && len(e.Messages) == 1 && e.Messages[0].Read && slices.Equal(e.Messages[0].Bytes, []byte{answer})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for range 5 { // more than opening it takes, so that the button is known to be released
		polls(0xFF)
	}
	g.answer(expanderAddress, 0xFF&^(1<<3))
	polls(0xFF &^ (1 << 3))
	if _, err := wires.Await(g.Wires, time.Minute, func(p wires.PWM) bool { return p.Duty > 0 }); err != nil {
		t.Fatal("the press did not switch the lamp on: ", err)
	}
}

func TestPinOfAnExpanderIsDrivenOverI2C(t *testing.T) {
	g := begin(t)
	g.answer(expanderAddress, 0xFF)
	var model *expander.Model
	for _, m := range expander.Models {
		if m.Name == "pcf8574" {
			model = m
		}
	}
	board := expander.Attach(periph.Board{}, gpio.NewClaims(), map[string]expander.Options{
		"porch": {Model: model, Bus: "I2C1", Address: expanderAddress, Poll: time.Second},
	})
	defer board.Close()
	pin, err := board.Pin("porch.P0")
	if err != nil {
		t.Fatal(err)
	}
	g.drain()
	for _, level := range []gpio.Level{gpio.High, gpio.Low, gpio.High} {
		if err := pin.Out(level); err != nil {
			t.Fatal(err)
		}
		all := g.written(expanderAddress)
		if len(all) == 0 || len(all[len(all)-1]) != 1 || all[len(all)-1][0]&1 == 1 != bool(level) {
			t.Errorf("for %v it wrote % x", level, all)
		}
	}
	if err := g.Wires.I2C(expanderAddress); err != nil {
		t.Fatal(err)
	}
	if err := pin.Out(gpio.Low); err == nil {
		t.Error("no error although no device answers")
	}
}
