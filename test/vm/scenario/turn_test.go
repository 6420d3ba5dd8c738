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

// detents turns the knob by so many, up to 40 a second.
func detents(n int) wires.Script { return wires.Turn(knobA, knobB, n, 6*ms) }

// Of 200 detents, 100 lead to the end stop. The lamp is slower than the hand, so that
// nearly every detent gives a fade that is under way another goal.
func TestTheLampFollowsTheKnobThereAndBackBetweenItsEndStops(t *testing.T) {
	l := openLamp(t, 5*time.Second, 1)
	l.oneProcessor()

	up := l.goes(1, detents(200))
	up.oneWay()
	up.neverJumps()
	down := l.goes(0.63, detents(-37))
	down.oneWay()
	down.neverJumps()
	l.goes(0, detents(-163)).oneWay()

	l.goes(0.01, detents(+1)) // at the end stop no detent was counted
}

func TestALampWhoseGoalChangesInMidFadeTurnsRoundWhereItIs(t *testing.T) {
	l := openLamp(t, time.Second, 5)
	l.oneProcessor()
	press := wires.Press(bell, 250*ms).Rest(100 * ms)

	on := l.goes(1, press)
	on.oneWay()
	on.neverJumps()
	if took := on.took(); took < time.Second || took > 3*time.Second {
		t.Errorf("the lamp took %v, and its duration is 1s", took)
	}
	l.goes(0, press).oneWay()

	for _, c := range []struct {
		what string
		hand wires.Script
	}{
		{"the switch is pressed twice", slices.Concat(press, press)},
		{"the knob is turned up and back", slices.Concat(detents(+20), detents(-20))},
	} {
		f := l.goes(0, c.hand)
		f.neverJumps()
		if points := f.turningPoints(); len(points) != 1 || points[0] < dutyOf(0.2) {
			t.Errorf("%s: the lamp turned round at the duty cycles %v", c.what, points)
		}
	}
}
