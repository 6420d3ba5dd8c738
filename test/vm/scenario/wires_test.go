//go:build vm

package scenario

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"ptvd/test/vm/wires"
)

// These tests check the kernel module that the other scenarios rely on.

func TestKernelPlaysAScriptInOrderAndNotTooFast(t *testing.T) {
	g := begin(t)
	g.run("gpioget", "--bias=pull-up", "gpiochip0", "5", "6") // as the daemon does
	g.drain()
	script := wires.Turn(5, 6, 20, 5*time.Millisecond)
	if err := g.Wires.Play(script); err != nil {
		t.Fatal(err)
	}
	events := g.drain()
	if len(events) != len(script) {
		t.Fatalf("%d changes from %d steps", len(events), len(script))
	}
	for i, e := range events {
		level := script[i].Level
		if level == wires.Free {
			level = wires.High
		}
		in, ok := e.(wires.Input)
		if !ok || in.Line != script[i].Line || in.Level != level {
			t.Fatalf("change %d: %+v, from step %+v", i, e, script[i])
		}
		if i > 0 && in.When()-events[i-1].When() < script[i-1].For {
			t.Errorf("change %d came %v after the one before, want at least %v", i, in.When()-events[i-1].When(), script[i-1].For)
		}
	}
}

func TestSPIMessagesFailAndHangAsRequested(t *testing.T) {
	g := begin(t)
	port, err := os.OpenFile("/dev/spidev0.1", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer port.Close()
	if err := errors.Join(g.Wires.Fail(1), g.Wires.Hang(300*time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	before := time.Now()
	if _, err := port.Write([]byte{1, 2}); !errors.Is(err, syscall.EIO) {
		t.Errorf("first message: %v", err)
	}
	if took := time.Since(before); took < 300*time.Millisecond {
		t.Errorf("the first message took only %v", took)
	}
	if _, err := port.Write([]byte{3}); err != nil {
		t.Errorf("second message: %v", err)
	}
	var seen []wires.Message
	for _, e := range g.drain() {
		seen = append(seen, e.(wires.Message))
	}
	if len(seen) != 2 || !seen[0].Failed || seen[1].Failed || seen[1].ChipSelect != 1 || string(seen[0].Packets[0].Bytes) != "\x01\x02" {
		t.Errorf("%+v", seen)
	}
}

func TestOutputsAndPWMAreReported(t *testing.T) {
	g := begin(t)
	g.run("gpioset", "--mode=exit", "gpiochip0", "4=1")
	chip := "/sys/class/pwm/pwmchip0"
	for _, write := range [][2]string{
		{"export", "1"}, {"pwm1/period", "1000000"}, {"pwm1/duty_cycle", "250000"}, {"pwm1/enable", "1"}, {"unexport", "1"},
	} {
		g.write(filepath.Join(chip, write[0]), write[1], 0o600)
	}
	var seen []string
	dark, bright := 0, 0
	for _, e := range g.drain() {
		switch e := e.(type) {
		case wires.Output:
			seen = append(seen, "output "+e.Level.String())
		case wires.Released:
			seen = append(seen, "released")
		case wires.PWM:
			switch e.Brightness() {
			case 0:
				dark++
			case 0.25:
				bright++
			}
		}
	}
	if s := strings.Join(seen, ", "); s != "output high, released" {
		t.Errorf("line 4: %s", s)
	}
	if dark == 0 || bright != 1 {
		t.Errorf("the channel was off in %d settings and at 25 %% in %d", dark, bright)
	}
}
