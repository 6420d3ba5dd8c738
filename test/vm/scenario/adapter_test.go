//go:build vm

package scenario

import (
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"periph.io/x/conn/v3/gpio"

	"ptvd/internal/gpio/gpioext"
	"ptvd/test/vm/wires"
)

// Lines of the USB adapter, whose chip has no interrupts and names no line.
const (
	adapterLine   = "ftdi-cbus-GPIO1"
	adapterOutput = "ftdi-cbus-GPIO3"
	adapterWire   = 58 // the number of its first line on the wires
)

func TestChipWithoutInterruptsRefusesEdgesAndWorksWithoutThem(t *testing.T) {
	g := begin(t)
	pin := testPin(t, adapterLine)
	if err := pin.In(gpio.PullUp, gpio.BothEdges); !errors.Is(err, gpioext.ErrNoEdges) {
		t.Errorf("an input with edges: %v", err)
	}
	if err := pin.In(gpio.PullUp, gpio.NoEdge); err != nil {
		t.Fatal(err)
	}
	for _, level := range []wires.Level{wires.High, wires.Low, wires.High} {
		if err := g.Wires.Set(adapterWire+1, level); err != nil {
			t.Fatal(err)
		}
		if pin.Read() != (level == wires.High) {
			t.Errorf("driven %v it reads as %v", level, pin.Read())
		}
	}
	g.drain()
	if err := errors.Join(pin.Out(gpio.High), pin.Out(gpio.Low)); err != nil {
		t.Fatal(err)
	}
	var levels []wires.Level
	for _, e := range g.drain() {
		if e, ok := e.(wires.Output); ok && e.Line == adapterWire+1 {
			levels = append(levels, e.Level)
		}
	}
	if len(levels) != 2 || levels[0] != wires.High || levels[1] != wires.Low {
		t.Errorf("it was driven to %v", levels)
	}
}

func TestButtonAndOutputOnAUSBAdapterThatIsUnplugged(t *testing.T) {
	g := begin(t)
	if err := g.Wires.Set(adapterWire+1, wires.High); err != nil {
		t.Fatal(err)
	}
	g.configure("poll: 15ms\nhttp: {listen: 127.0.0.1:8337}\nplugins:\n" +
		"  bell: {plugin: button, pin: " + adapterLine + ", on_press: relay.toggle}\n" +
		"  relay: {plugin: output, pin: " + adapterOutput + "}\n")
	g.start()
	g.allOK()
	if pins := g.run("ptvd", "pins"); !regexp.MustCompile(adapterLine + ` +ftdi-cbus +1 +input \(polled\) +- +ptvd`).MatchString(pins) {
		t.Errorf("the list of pins:\n%s", pins)
	}
	state, err := http.Get("http://127.0.0.1:8337/api/state")
	if err != nil {
		t.Fatal(err)
	}
	defer state.Body.Close()
	text, err := io.ReadAll(state.Body)
	if err != nil || !strings.Contains(string(text), adapterLine+": polled every 15ms") {
		t.Errorf("the state (%v):\n%s", err, text)
	}
	pressSets := func(want wires.Level) {
		t.Helper()
		script := wires.Script{
			{Line: adapterWire + 1, Level: wires.Low, For: 80 * time.Millisecond},
			{Line: adapterWire + 1, Level: wires.High, For: 300 * time.Millisecond},
		}
		if err := g.Wires.Play(script); err != nil {
			t.Fatal(err)
		}
		_, err := wires.Await(g.Wires, time.Minute, func(e wires.Output) bool { return e.Line == adapterWire+3 && e.Level == want })
		if err != nil {
			t.Fatalf("the press did not drive the relay %v: %v", want, err)
		}
	}
	pressSets(wires.High)
	pressSets(wires.Low)

	if err := g.Wires.Plug(false); err != nil {
		t.Fatal(err)
	}
	g.waitForLog(`bell: plugin failed; restarting err="` + adapterLine + `: no such device"`)
	if err := errors.Join(g.Wires.Plug(true), g.Wires.Set(adapterWire+1, wires.High)); err != nil {
		t.Fatal(err)
	}
	g.allOK()
	pressSets(wires.High)
}
