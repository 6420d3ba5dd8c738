package main

import (
	"time"

	"ptvd/test/vm/wires"
)

// answers is how many edges want an answer in a round.
const answers = 100

// wired is the far ends of the wires.
type wired struct{ *wires.Wires }

func (w wired) set(line int, level wires.Level) { check(w.Set(line, level)) }

// presses closes the button again and again, and returns how long each SPI message
// took to come.
func (w wired) presses() []time.Duration {
	return w.answers(
		func() { w.set(17, wires.Low) },
		func() { w.set(17, wires.Free) },
		func(e wires.Event) bool { _, ok := e.(wires.Message); return ok },
	)
}

// detents turns the knob by a detent again and again, and returns how long after its
// last edge the duty cycle changed. Between two it turns the knob back.
func (w wired) detents() []time.Duration {
	touch := func(line int, level wires.Level) {
		w.set(line, level)
		time.Sleep(10 * time.Millisecond)
	}
	nearly := func() {
		touch(5, wires.Low)
		touch(6, wires.Low)
		touch(5, wires.Free)
	}
	nearly()
	took := w.answers(
		func() { w.set(6, wires.Free) },
		func() {
			time.Sleep(50 * time.Millisecond) // the lamp arrives
			touch(6, wires.Low)
			touch(5, wires.Low)
			touch(6, wires.Free)
			touch(5, wires.Free)
			time.Sleep(50 * time.Millisecond)
			nearly()
		},
		func(e wires.Event) bool { _, ok := e.(wires.PWM); return ok },
	)
	w.set(6, wires.Free)
	return took
}

// answers returns how long it takes from an edge to the first answer to it. An edge
// that the kernel loses, as it does where the machine is held up, has none.
func (w wired) answers(edge, rest func(), answer func(wires.Event) bool) []time.Duration {
	var took []time.Duration
	for n := range answers {
		time.Sleep(50*time.Millisecond + time.Duration(n)*97*time.Microsecond) // in step with nothing
		w.Drain()
		edge()
		for at := time.Duration(0); ; {
			e, err := w.Next(time.Second)
			if err != nil {
				break
			}
			if _, ok := e.(wires.Input); ok {
				at = e.When()
			} else if answer(e) {
				took = append(took, e.When()-at)
				break
			}
		}
		rest()
	}
	return took
}
