//go:build vm

package scenario

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"ptvd/test/vm/wires"
)

// lampAt is the configuration of a lamp on GPIO18 with a knob, after the instances of
// uptv.yaml.
const lampAt = `lamp:
    plugin: fade
    encoder: {a: GPIO5, b: GPIO6}
    output: GPIO18
`

// lamp is that lamp with its knob and its switch.
type lamp struct {
	*guest
	sweep time.Duration
	now   wires.PWM // the latest setting
}

// newLampTest starts the daemon with a lamp that is off. Fading from off to 100 % takes
// the sweep, and a detent of the knob changes the level by the step, in percent.
func newLampTest(t *testing.T, sweep time.Duration, step int) *lamp {
	l := &lamp{guest: begin(t), sweep: sweep, now: wires.PWM{Period: ms}}
	l.configure(l.uptv("on_press: panel.next", fmt.Sprintf("on_press: lamp.toggle\n\n  %s    duration: %v\n    step: %d%%", lampAt, sweep, step)))
	l.start()
	l.allOK()
	return l
}

// fade is the reaction of a lamp to an input.
type fade struct {
	t     testing.TB
	sweep time.Duration
	began time.Duration // when the input changed
	from  wires.PWM
	steps []wires.PWM
}

// moveTo plays a script, and waits until the lamp stays at a level.
func (l *lamp) moveTo(to float64, by wires.Script) fade {
	l.Helper()
	if _, err := l.Wires.Drain(); err != nil {
		l.Fatal(err)
	}
	if err := l.Wires.Play(by); err != nil {
		l.Fatal(err)
	}
	input, err := wires.Await[wires.Input](l.Wires, time.Second, nil)
	if err != nil {
		l.Fatal(err)
	}
	f := fade{t: l, sweep: l.sweep, began: input.When(), from: l.now}
	for resting := false; !resting; {
		within := 10 * time.Second
		if l.now.Duty == dutyOf(to) && len(f.steps) > 0 {
			within = 500 * ms
		}
		step, err := wires.Await[wires.PWM](l.Wires, within, nil)
		switch {
		case errors.Is(err, wires.ErrTimeout):
			resting = true
		case err != nil:
			l.Fatal(err)
		default:
			l.now = step
			f.steps = append(f.steps, step)
		}
	}
	if l.now.Duty != dutyOf(to) {
		l.Fatalf("the lamp stays at a duty cycle of %v, want %v (%.0f %%)", l.now.Duty, dutyOf(to), 100*to)
	}
	return f
}

// leastLight is the duty cycle, in 16 bits, of a lamp that is not off: a lightness of 1 %.
const leastLight = 73

// dutyOf returns the duty cycle of a level, for a gamma of 2.8, 1000 Hz and 16 bits.
func dutyOf(level float64) time.Duration {
	if level == 0 {
		return 0
	}
	return ms * time.Duration(max(leastLight, math.Round(math.MaxUint16*math.Pow(level, 2.8)))) / math.MaxUint16
}

// levels returns the lowest and the highest level that give a duty cycle.
func levels(p wires.PWM) (least, greatest float64) {
	bits := math.Ceil(p.Brightness()*math.MaxUint16 - 0.1)
	level := func(bits float64) float64 { return math.Pow(bits/math.MaxUint16, 1/2.8) }
	switch bits {
	case 0:
		return 0, 0
	case leastLight:
		return 0, level(leastLight + 0.5)
	}
	return level(bits - 0.5), level(bits + 0.5)
}

// checkNoJumps compares each step with the time it had. The level of a step is computed
// between the previous setting and its own, so the time between two levels is at most
// the time from the setting before both of them.
func (f fade) checkNoJumps() {
	f.t.Helper()
	before, since := f.from, f.began
	for i, step := range f.steps {
		way := float64(step.When()-since) / float64(f.sweep)
		least, greatest := levels(step)
		leastBefore, greatestBefore := levels(before)
		if jump := max(least-greatestBefore, leastBefore-greatest); jump > way {
			f.t.Errorf("step %d of %d, %v after the input, goes from %v to %v: by %.2f %%, want at most %.2f %%",
				i, len(f.steps), step.When()-f.began, before.Duty, step.Duty, 100*jump, 100*way)
			return
		}
		if i > 0 {
			since = before.When()
		}
		before = step
	}
}

// turningPoints returns the duty cycles at which the fade reversed.
func (f fade) turningPoints() (points []time.Duration) {
	var rising, falling bool
	before := f.from
	for _, step := range f.steps {
		if step.Duty > before.Duty && falling || step.Duty < before.Duty && rising {
			points = append(points, before.Duty)
		}
		if step.Duty != before.Duty {
			rising, falling = step.Duty > before.Duty, step.Duty < before.Duty
		}
		before = step
	}
	return points
}

// checkOneWay checks that the fade did not reverse.
func (f fade) checkOneWay() {
	f.t.Helper()
	if points := f.turningPoints(); len(points) > 0 {
		f.t.Errorf("the fade reversed at %v", points)
	}
}

// took returns the time from the input to the goal.
func (f fade) took() time.Duration { return f.steps[len(f.steps)-1].When() - f.began }
