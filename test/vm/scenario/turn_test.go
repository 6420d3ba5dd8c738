//go:build vm

package scenario

import (
	"slices"
	"testing"
	"time"

	"ptvd/test/vm/wires"
)

const (
	knobA = 5
	knobB = 6
)

// detents turns the knob by a number of detents, about 40 a second.
func detents(n int) wires.Script { return wires.Turn(knobA, knobB, n, 6*ms) }

// Of 200 detents, 100 lead to the end stop. The lamp is slower than the knob, so that
// nearly every detent changes the goal of a fade in progress.
func TestLampFollowsTheKnobBetweenItsEndStops(t *testing.T) {
	l := newLampTest(t, 5*time.Second, 1)

	up := l.moveTo(1, detents(200))
	up.checkOneWay()
	up.checkNoJumps()
	down := l.moveTo(0.63, detents(-37))
	down.checkOneWay()
	down.checkNoJumps()
	l.moveTo(0, detents(-163)).checkOneWay()

	l.moveTo(0.01, detents(+1)) // detents beyond the end stop do not count
}

func TestFadeReversesFromItsCurrentLevel(t *testing.T) {
	l := newLampTest(t, time.Second, 5)
	press := wires.Press(bell, 250*ms).Rest(100 * ms)

	on := l.moveTo(1, press)
	on.checkOneWay()
	on.checkNoJumps()
	if took := on.took(); took < time.Second || took > 3*time.Second {
		t.Errorf("the fade took %v, want 1s to 3s", took)
	}
	l.moveTo(0, press).checkOneWay()

	for _, c := range []struct {
		what string
		hand wires.Script
	}{
		{"the switch is pressed twice", slices.Concat(press, press)},
		{"the knob is turned up and back", slices.Concat(detents(+20), detents(-20))},
	} {
		f := l.moveTo(0, c.hand)
		f.checkNoJumps()
		if points := f.turningPoints(); len(points) != 1 || points[0] < dutyOf(0.2) {
			t.Errorf("%s: the fade reversed at the duty cycles %v", c.what, points)
		}
	}
}
