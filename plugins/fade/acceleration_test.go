package fade

import (
	"testing"

	"ptvd/plugins"
)

// worth turns a knob at an even speed and returns what the last detent is worth.
func worth(most float64, detents int, gap plugins.Instant) float64 {
	a := acceleration{most: most}
	var steps float64
	for i := range detents {
		steps = a.steps(true, plugins.Instant(i)*gap)
	}
	return steps
}

func TestADetentIsWorthMoreTheFasterTheKnobTurns(t *testing.T) {
	for _, c := range []struct {
		name     string
		most     float64
		detents  int
		gap      plugins.Instant
		min, max float64
	}{
		{"the first detent is one step", 5, 1, 20 * ms, 1, 1},
		{"slow detents are one step each", 5, 50, 180 * ms, 1, 1},
		{"detents with pauses are one step each", 5, 50, 900 * ms, 1, 1},
		{"a spun knob goes as far as it may", 5, 50, 20 * ms, 5, 5},
		{"in between it is in between", 5, 50, 55 * ms, 2.9, 3.1},
		{"the second of two quick detents is not the fastest yet", 5, 2, 33 * ms, 1, 3},
		{"no acceleration is one step at any speed", 1, 50, ms, 1, 1},
		{"detents at one instant are as fast as can be, and no more", 5, 50, 0, 5, 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := worth(c.most, c.detents, c.gap); got < c.min || got > c.max {
				t.Errorf("%v steps, want %v to %v", got, c.min, c.max)
			}
		})
	}
}

func TestAKnobThatTurnsRoundIsSlowAgain(t *testing.T) {
	a := acceleration{most: 5}
	var at plugins.Instant
	for range 20 {
		at += 20 * ms
		a.steps(true, at)
	}
	if got := a.steps(false, at+20*ms); got != 1 {
		t.Errorf("the first detent back is worth %v steps, want 1", got)
	}
}
