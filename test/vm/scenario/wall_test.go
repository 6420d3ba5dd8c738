//go:build vm

package scenario

import (
	"fmt"
	"image"
	"strings"
	"testing"
	"time"

	"ptvd/internal/gpio/sim"
	"ptvd/test/vm/wires"
)

// ms and us keep scripts short.
const (
	ms = time.Millisecond
	us = time.Microsecond
)

// bell is the line of the button in configs/uptv.yaml.
const bell = 17

// wall is the hardware: a panel that shows what its chips received since power-up, the
// lamp, and the button.
type wall struct {
	*guest
	panel *sim.Panel
	lamp  wires.PWM // the latest setting

	failed  int             // messages to the panel
	changes []time.Duration // when contacts changed, since the latest script
}

func newWall(t *testing.T) *wall { return &wall{guest: begin(t), panel: sim.NewPanel(chips)} }

const chips = 4

// next receives the next event.
func (w *wall) next(within time.Duration) (wires.Event, error) {
	w.Helper()
	e, err := w.Wires.Next(within)
	switch e := e.(type) {
	case wires.Message:
		w.receive(e)
	case wires.PWM:
		w.lamp = e
	case wires.Input:
		w.changes = append(w.changes, e.When().Round(ms))
	}
	return e, err
}

// message waits for the next message to the panel.
func (w *wall) message(within time.Duration) wires.Message {
	w.Helper()
	for deadline := time.Now().Add(within); ; {
		e, err := w.next(time.Until(deadline))
		if err != nil {
			w.Fatalf("%v; the panel shows%s", err, w.shownText())
		}
		if m, ok := e.(wires.Message); ok {
			return m
		}
	}
}

// receive passes a message to the panel. It must have the form of the data sheet: 16
// bits for each chip, which all of them latch when chip select is released.
func (w *wall) receive(m wires.Message) {
	w.Helper()
	if m.Failed {
		w.failed++
		return
	}
	if m.ChipSelect != 0 || m.Hz != 1_000_000 || m.Mode != 0 {
		w.Errorf("message %d: chip select %d, mode %d, %d Hz", m.Number, m.ChipSelect, m.Mode, m.Hz)
	}
	for i, p := range m.Packets {
		if last := i == len(m.Packets)-1; len(p.Bytes) != 2*chips || p.CSChange == last {
			w.Errorf("message %d: packet %d of %d is % x, with cs_change %v", m.Number, i+1, len(m.Packets), p.Bytes, p.CSChange)
		}
		w.panel.Receive(p.Bytes)
	}
}

func (w *wall) picture() *image.Gray { return w.panel.Picture(mounted) }

// until waits until a condition holds.
func (w *wall) until(what string, is func() bool) {
	w.Helper()
	for deadline := time.Now().Add(20 * time.Second); !is(); {
		if _, err := w.next(time.Until(deadline)); err != nil {
			w.Fatalf("%s: %v; contacts changed at %v, the lamp is at %v, and the panel shows%s",
				what, err, w.changes, w.lamp.Duty, w.shownText())
		}
	}
}

// lampIs waits until the lamp has a level.
func (w *wall) lampIs(level float64) {
	w.Helper()
	w.until(fmt.Sprintf("a lamp at %.0f %%", 100*level), func() bool { return w.lamp.Duty == dutyOf(level) })
}

// play plays a script of the contacts.
func (w *wall) play(script wires.Script) {
	w.Helper()
	w.changes = nil
	if err := w.Wires.Play(script); err != nil {
		w.Fatal(err)
	}
}

// press presses the button.
func (w *wall) press() { w.play(wires.Press(bell, 80*ms)) }

// allOK waits until all instances are healthy.
func (g *guest) allOK() {
	g.Helper()
	g.eventually("all instances are ok", 30*time.Second, func() bool {
		well, all, _ := strings.Cut(strings.TrimSuffix(g.show("StatusText"), " ok"), "/")
		return well == all
	})
}

// checkSetUp checks the messages that set up a panel in an unknown state: they must
// write all registers once, and end the shutdown last, so that the old contents are not
// shown.
func (w *wall) checkSetUp(within time.Duration) {
	w.Helper()
	written := map[byte]byte{}
	var last byte
	for last != 0xc {
		for _, p := range w.message(within).Packets {
			last = p.Bytes[0]
			if _, twice := written[last]; twice {
				w.Errorf("register %#x is written twice", last)
			}
			written[last] = p.Bytes[1]
		}
	}
	// Display test off, no decoding, all 8 digits, half the intensity, no shutdown.
	for register, want := range map[byte]byte{0xf: 0, 0x9: 0, 0xb: 7, 0xa: 8, 0xc: 1} {
		if got, ok := written[register]; !ok || got != want {
			w.Errorf("register %#x is %#x (written: %v), want %#x", register, got, ok, want)
		}
	}
	if len(written) != 5+8 || last != 0xc {
		w.Errorf("%d registers are written, the last is %#x; want 13, and 0xc", len(written), last)
	}
}

// shownText returns the shown picture as text, after an empty line.
func (w *wall) shownText() string {
	if !w.panel.On() {
		return "\nnothing: the chips are shut down\n"
	}
	return "\n" + rows(w.picture())
}

// waitForText waits for a picture.
func (w *wall) waitForText(what, picture string) {
	w.Helper()
	w.until(what, func() bool { return w.shownText() == picture })
}

// checkNextFrame checks that the next messages change the panel to a picture: two of
// them at most, of four rows each.
func (w *wall) checkNextFrame(what, picture string) {
	w.Helper()
	for range 2 {
		w.message(time.Minute)
		if w.shownText() == picture {
			return
		}
	}
	w.Fatalf("the next messages should show %s, but show%s", what, w.shownText())
}
