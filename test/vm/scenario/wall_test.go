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

// ms keeps scripts short.
const ms = time.Millisecond

// bell is the line of the button in configs/uptv.yaml.
const bell = 17

// wall is what hangs there: the panel, which knows no more than what its chips were
// sent since they had power, the lamp, and the button.
type wall struct {
	*guest
	panel *sim.Panel
	lamp  wires.PWM // as it was set last

	failed  int             // messages to the panel
	touched []time.Duration // when a contact changed, since a hand last played
}

func newWall(t *testing.T) *wall { return &wall{guest: begin(t), panel: sim.NewPanel(chips)} }

const chips = 4

// next lets the next event happen on the wall.
func (w *wall) next(within time.Duration) (wires.Event, error) {
	w.Helper()
	e, err := w.Wires.Next(within)
	switch e := e.(type) {
	case wires.Message:
		w.receive(e)
	case wires.PWM:
		w.lamp = e
	case wires.Input:
		w.touched = append(w.touched, e.When().Round(ms))
	}
	return e, err
}

// frame waits for the next message to the panel.
func (w *wall) frame(within time.Duration) wires.Message {
	w.Helper()
	for deadline := time.Now().Add(within); ; {
		e, err := w.next(time.Until(deadline))
		if err != nil {
			w.Fatalf("%v; the panel shows%s", err, w.sees())
		}
		if m, ok := e.(wires.Message); ok {
			return m
		}
	}
}

// receive hands the panel a message, which must have the form that the data sheet
// wants: 16 bits for each chip, taken over by all of them when chip select is released.
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

func (w *wall) picture() *image.Gray { return w.panel.Picture(asMounted) }

// until waits until the wall is as wanted.
func (w *wall) until(what string, is func() bool) {
	w.Helper()
	for deadline := time.Now().Add(20 * time.Second); !is(); {
		if _, err := w.next(time.Until(deadline)); err != nil {
			w.Fatalf("there never is %s: %v; contacts changed at %v, the lamp is at %v, and the panel shows%s",
				what, err, w.touched, w.lamp.Duty, w.sees())
		}
	}
}

// lampIs waits until the lamp has come to a level.
func (w *wall) lampIs(level float64) {
	w.Helper()
	w.until(fmt.Sprintf("a lamp at %.0f %%", 100*level), func() bool { return w.lamp.Duty == dutyOf(level) })
}

// play lets a hand do something.
func (w *wall) play(hand wires.Script) {
	w.Helper()
	w.touched = nil
	if err := w.Wires.Play(hand); err != nil {
		w.Fatal(err)
	}
}

// patiently belongs to a button of which more is wanted than what 10 ms of debounce do
// to it: a busy machine may stop the guest in mid-bounce, which then lasts ten times as
// long as that of a real contact.
const patiently = "\n    debounce: 100ms"

// press presses such a button.
func (w *wall) press() { w.play(wires.Press(bell, 250*ms).Rest(100 * ms)) }

// allWell waits until all instances are.
func (g *guest) allWell() {
	g.Helper()
	g.eventually("all instances are well", 30*time.Second, func() bool {
		well, all, _ := strings.Cut(strings.TrimSuffix(g.show("StatusText"), " ok"), "/")
		return well == all
	})
}

// checkSetUp looks at the first message to a panel of which nothing is known: all
// registers once, and the one that ends the shutdown last, so that nobody sees what
// the chips hold until then.
func (w *wall) checkSetUp(m wires.Message) {
	w.Helper()
	written := map[byte]byte{}
	var last byte
	for _, p := range m.Packets {
		last = p.Bytes[0]
		if _, twice := written[last]; twice {
			w.Errorf("register %#x is written twice", last)
		}
		written[last] = p.Bytes[1]
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

// sees is the picture as somebody before it sees it, after an empty line.
func (w *wall) sees() string {
	if !w.panel.On() {
		return "\nnothing, since the chips are shut down\n"
	}
	return "\n" + rows(w.picture())
}

// shows waits for a picture.
func (w *wall) shows(what, picture string) {
	w.Helper()
	w.until(what, func() bool { return w.sees() == picture })
}

// showsNext says that the next message brings a picture, whole.
func (w *wall) showsNext(what, picture string) {
	w.Helper()
	w.frame(time.Minute)
	if got := w.sees(); got != picture {
		w.Fatalf("the next message should bring %s, and brings%s", what, got)
	}
}

// oneProcessor takes the guest's second processor away until the test ends. A busy
// machine stops either for some milliseconds while the other goes on: a contact bounces
// for longer then, and where the kernel reads a line on the one while the knob turns on
// the other, it makes one edge of two, as on no board.
func (g *guest) oneProcessor() {
	g.Helper()
	const second = "/sys/devices/system/cpu/cpu1/online"
	g.write(second, "0", 0o644)
	g.Cleanup(func() { g.write(second, "1", 0o644) })
}
