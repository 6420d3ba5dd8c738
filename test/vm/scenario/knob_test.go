//go:build vm

package scenario

import (
	"math"
	"os"
	"slices"
	"testing"
	"time"

	"ptvd/test/vm/wires"
)

// knob is a lamp without fading, whose levels are the counts of detents.
type knob struct {
	*wall
}

const knobStep = 5 // percent; from two steps on each level has its own duty cycle

// count returns the lamp's level in detents, once the knob has been at rest for so long
// that the daemon takes it to be in a detent.
func (k knob) count() int {
	k.Helper()
	for quiet := time.Now(); time.Since(quiet) < 500*ms; {
		if e, _ := k.next(500 * ms); e != nil {
			quiet = time.Now()
		}
	}
	least, greatest := levels(k.lamp)
	return int(math.Round(100 * (least + greatest) / 2 / knobStep))
}

// At most one click may be lost, wherever the knob is when the daemon starts: it may be
// anywhere between its detents.
func TestKnobOffItsDetentAtTheStartLosesOneClickAtMost(t *testing.T) {
	w := newWall(t)
	w.configure(w.uptv("on_press: panel.next", "on_press: lamp.on\n\n  "+lampAt+"    duration: 0s\n    step: 5%\n    restore: 'off'"))
	const turns = 5
	phase := len(wires.Turn(knobA, knobB, 1, 20*ms)) / 4
	for start := range 4 {
		t.Logf("the first detent is %d of 4 phases away", 4-start)
		detent := wires.Turn(knobA, knobB, 1, 20*ms)
		w.stop()
		if err := os.RemoveAll(state); err != nil {
			t.Fatal(err)
		}
		if start > 0 {
			w.play(detent[:start*phase])
		}
		w.drain()
		w.start()
		w.allOK()
		k := knob{w}
		lost := 0
		at := k.count()
		for i, script := range []wires.Script{
			slices.Concat(detent[start*phase:], wires.Turn(knobA, knobB, turns-1, 20*ms)),
			wires.Turn(knobA, knobB, -2, 20*ms), wires.Turn(knobA, knobB, turns, 20*ms),
			wires.Turn(knobA, knobB, -3, 20*ms), wires.Turn(knobA, knobB, turns, 20*ms),
		} {
			k.play(script)
			want := []int{turns, -2, turns, -3, turns}[i]
			now := k.count()
			if missing := want - (now - at); missing != 0 {
				t.Logf("turn %d by %d changed the count by %d", i, want, now-at)
				lost += max(missing, -missing)
			}
			at = now
		}
		if lost > 1 {
			t.Errorf("%d clicks were lost", lost)
		}
	}
}
