package fade

import (
	"testing"

	"ptvd/plugins"
)

// stepsAt turns an encoder at a constant rate and returns the steps of the last detent.
func stepsAt(factor float64, detents int, gap plugins.Instant) float64 {
	a := accelerator{factor: factor}
	var steps float64
	for i := range detents {
		steps = a.steps(true, plugins.Instant(i)*gap)
	}
	return steps
}

func TestADetentCountsMoreStepsTheFasterTheEncoderTurns(t *testing.T) {
	for _, c := range []struct {
		name     string
		factor   float64
		detents  int
		gap      plugins.Instant
		min, max float64
	}{
		{"the first detent is one step", 5, 1, 20 * ms, 1, 1},
		{"slow detents are one step", 5, 50, 180 * ms, 1, 1},
		{"detents with pauses are one step", 5, 50, 900 * ms, 1, 1},
		{"fast detents are the factor", 5, 50, 20 * ms, 5, 5},
		{"at a medium rate the steps are in between", 5, 50, 55 * ms, 2.9, 3.1},
		{"the third of three fast detents is one step", 5, 3, 20 * ms, 1, 1},
		{"the fourth fast detent is the factor", 5, 4, 20 * ms, 5, 5},
		{"without acceleration any detent is one step", 1, 50, ms, 1, 1},
		{"detents at the same instant are the factor", 5, 50, 0, 5, 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := stepsAt(c.factor, c.detents, c.gap); got < c.min || got > c.max {
				t.Errorf("%v steps, want %v to %v", got, c.min, c.max)
			}
		})
	}
}

// A finger that slips makes two detents within a few milliseconds.
func TestASlipDoesNotAccelerate(t *testing.T) {
	a := accelerator{factor: 4}
	var at plugins.Instant
	for i, gap := range []plugins.Instant{500, 8, 150, 150, 8, 150, 8, 2000, 8} {
		at += gap * ms
		if got := a.steps(true, at); got > 1.1 {
			t.Errorf("detent %d, %d ms after the one before, is %v steps", i, gap, got)
		}
	}
}

func TestAChangeOfDirectionEndsTheAcceleration(t *testing.T) {
	a := accelerator{factor: 5}
	var at plugins.Instant
	for range 20 {
		at += 20 * ms
		a.steps(true, at)
	}
	if got := a.steps(false, at+20*ms); got != 1 {
		t.Errorf("the first detent in the other direction is %v steps, want 1", got)
	}
}
