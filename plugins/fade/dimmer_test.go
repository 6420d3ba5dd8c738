package fade

import "testing"

func newDimmer(goal, last float64) *dimmer {
	return &dimmer{minLevel: 0.1, maxLevel: 0.8, step: 0.05, levels: levels{Goal: goal, Last: last}}
}

func TestDimmer(t *testing.T) {
	for _, c := range []struct {
		name     string
		goal     float64
		last     float64
		do       func(*dimmer)
		wantGoal float64
		wantLast float64
	}{
		{"toggle switches off and keeps the last level", 0.5, 0.5, (*dimmer).toggle, 0, 0.5},
		{"toggle switches on at the last level", 0, 0.5, (*dimmer).toggle, 0.5, 0.5},
		{"on when on changes nothing", 0.5, 0.5, (*dimmer).on, 0.5, 0.5},
		{"off when off keeps the last level", 0, 0.5, (*dimmer).off, 0, 0.5},
		{"set sets the level", 0.5, 0.5, func(d *dimmer) { d.set(0.3) }, 0.3, 0.3},
		{"set 0% is off", 0.5, 0.5, func(d *dimmer) { d.set(0) }, 0, 0.5},
		{"set is limited to max", 0.5, 0.5, func(d *dimmer) { d.set(1) }, 0.8, 0.8},
		{"set is limited to min", 0.5, 0.5, func(d *dimmer) { d.set(0.01) }, 0.1, 0.1},
		{"a detent is one step", 0.5, 0.5, func(d *dimmer) { d.turn(1, 0.5) }, 0.55, 0.5},
		{"an accelerated detent is several steps", 0.5, 0.5, func(d *dimmer) { d.turn(-2.5, 0.5) }, 0.375, 0.5},
		{"turning stops at max", 0.78, 0.78, func(d *dimmer) { d.turn(1, 0.78) }, 0.8, 0.78},
		{"turning stops at min", 0.12, 0.12, func(d *dimmer) { d.turn(-1, 0.12) }, 0.1, 0.12},
		{"turning up from off goes to min", 0, 0.5, func(d *dimmer) { d.turn(1, 0) }, 0.1, 0.5},
		{"turning down when off changes nothing", 0, 0.5, func(d *dimmer) { d.turn(-1, 0) }, 0, 0.5},
		{"a detent against a fade to off starts at the present level", 0, 0.5, func(d *dimmer) { d.turn(1, 0.3) }, 0.35, 0.5},
		{"a detent along a fade to off changes nothing", 0, 0.5, func(d *dimmer) { d.turn(-1, 0.3) }, 0, 0.5},
		{"a detent against a fade up starts at the present level", 0.8, 0.8, func(d *dimmer) { d.turn(-1, 0.3) }, 0.25, 0.8},
		{"a detent along a fade up continues it", 0.5, 0.5, func(d *dimmer) { d.turn(1, 0.3) }, 0.55, 0.5},
		{"each detent of a quick turn counts", 0.5, 0.5, func(d *dimmer) { d.turn(4, 0.5); d.turn(-1, 0.55) }, 0.65, 0.5},
		{"toggle holds a level that the encoder has set", 0.5, 0.5, func(d *dimmer) { d.turn(2, 0.5); d.toggle() }, 0, 0.6},
		{"restore last: turned before the stop", 0, 0, func(d *dimmer) { d.restore("last", levels{0.3, 0.4}) }, 0.3, 0.3},
		{"restore last: was on", 0, 0, func(d *dimmer) { d.restore("last", levels{0.4, 0.4}) }, 0.4, 0.4},
		{"restore last: was off", 0, 0, func(d *dimmer) { d.restore("last", levels{0, 0.4}) }, 0, 0.4},
		{"restore off: was on", 0, 0, func(d *dimmer) { d.restore("off", levels{0.4, 0.4}) }, 0, 0.4},
		{"restore on: was off", 0, 0, func(d *dimmer) { d.restore("on", levels{0, 0.4}) }, 0.4, 0.4},
		{"restore is limited to a new max", 0, 0, func(d *dimmer) { d.restore("last", levels{1, 1}) }, 0.8, 0.8},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDimmer(c.goal, c.last)
			c.do(d)
			if want := (levels{c.wantGoal, c.wantLast}); d.levels != want {
				t.Errorf("got %+v, want %+v", d.levels, want)
			}
		})
	}
}

func TestEquallyManyStepsUpAndDownEndAtOff(t *testing.T) {
	for _, step := range []float64{0.001, 0.01, 0.03, 0.05, 0.07, 0.1, 1. / 3} {
		d := dimmer{maxLevel: 1, step: step, levels: levels{Last: 1}}
		n := int(1 / step)
		for range n {
			d.turn(1, d.Goal)
		}
		for range n {
			d.turn(-1, d.Goal)
		}
		if d.Goal != 0 {
			t.Errorf("%d steps of %v up and down end at %v", n, step, d.Goal)
		}
	}
}
