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

// lampAt are the lines of a lamp on GPIO18 with a knob, below uptv.yaml's instances.
const lampAt = `lamp:
    plugin: fade
    encoder: {a: GPIO5, b: GPIO6}
    output: GPIO18
`

// lamp is that lamp, a hand on its knob, and one on its switch.
type lamp struct {
	*guest
	sweep time.Duration
	now   wires.PWM // the latest that was heard of it
}

// openLamp starts the daemon with a lamp that is off. From off to 100 % it takes the
// sweep, and by a detent of the knob it goes by the step, in percent.
func openLamp(t *testing.T, sweep time.Duration, step int) *lamp {
	l := &lamp{guest: begin(t), sweep: sweep, now: wires.PWM{Period: ms}}
	l.configure(l.uptv("on_press: panel.next", fmt.Sprintf("on_press: lamp.toggle%s\n\n  %s    duration: %v\n    step: %d%%", patiently, lampAt, sweep, step)))
	l.start()
	l.allWell()
	return l
}

// fade is what a lamp did after a hand had touched it.
type fade struct {
	t       testing.TB
	sweep   time.Duration
	touched time.Duration // when
	from    wires.PWM
	steps   []wires.PWM
}

// goes plays what the hand does, and waits until the lamp rests at a level.
func (l *lamp) goes(to float64, by wires.Script) fade {
	l.Helper()
	if _, err := l.Wires.Drain(); err != nil {
		l.Fatal(err)
	}
	if err := l.Wires.Play(by); err != nil {
		l.Fatal(err)
	}
	touch, err := wires.Await[wires.Input](l.Wires, time.Second, nil)
	if err != nil {
		l.Fatal(err)
	}
	f := fade{t: l, sweep: l.sweep, touched: touch.When(), from: l.now}
	for resting := false; !resting; {
		within := 10 * time.Second
		if l.now.Duty == dutyOf(to) && len(f.steps) > 0 {
			within = 500 * ms
		}
		step, err := wires.Await[wires.PWM](l.Wires, within, nil)
		switch {
		case errors.Is(err, wires.ErrNothing):
			resting = true
		case err != nil:
			l.Fatal(err)
		default:
			l.now = step
			f.steps = append(f.steps, step)
		}
	}
	if l.now.Duty != dutyOf(to) {
		l.Fatalf("the lamp rests at a duty cycle of %v, and %.0f %% are %v", l.now.Duty, 100*to, dutyOf(to))
	}
	return f
}

// dutyOf is the duty cycle of a level, for a gamma of 2.8, 1000 Hz and 16 bits: a lamp
// that is not off has one bit at least.
func dutyOf(level float64) time.Duration {
	if level == 0 {
		return 0
	}
	return ms * time.Duration(max(1, math.Round(math.MaxUint16*math.Pow(level, 2.8)))) / math.MaxUint16
}

// levels returns the least and the greatest level of a duty cycle.
func levels(p wires.PWM) (least, greatest float64) {
	bits := math.Ceil(p.Brightness()*math.MaxUint16 - 0.1)
	level := func(bits float64) float64 { return math.Pow(bits/math.MaxUint16, 1/2.8) }
	switch bits {
	case 0:
		return 0, 0
	case 1:
		return 0, level(1.5)
	}
	return level(bits - 0.5), level(bits + 0.5)
}

// neverJumps holds each step against the time that it had: the level of a step was
// worked out after the step before had been set, and before it was set itself. So
// from one level to the next no more time can have passed than from the setting of the
// one before both of them.
func (f fade) neverJumps() {
	f.t.Helper()
	before, since := f.from, f.touched
	for i, step := range f.steps {
		way := float64(step.When()-since) / float64(f.sweep)
		least, greatest := levels(step)
		leastBefore, greatestBefore := levels(before)
		if jump := max(least-greatestBefore, leastBefore-greatest); jump > way {
			f.t.Errorf("step %d of %d, %v after the touch, goes from %v to %v: by %.2f %%, where %.2f %% are the most",
				i, len(f.steps), step.When()-f.touched, before.Duty, step.Duty, 100*jump, 100*way)
			return
		}
		if i > 0 {
			since = before.When()
		}
		before = step
	}
}

// turningPoints are the duty cycles at which the lamp turned round.
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

// oneWay says that the lamp went to its goal without a detour.
func (f fade) oneWay() {
	f.t.Helper()
	if points := f.turningPoints(); len(points) > 0 {
		f.t.Errorf("the lamp turned round at %v", points)
	}
}

// took is the time from the touch to the goal.
func (f fade) took() time.Duration { return f.steps[len(f.steps)-1].When() - f.touched }
