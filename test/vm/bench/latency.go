package main

import (
	"time"

	"ptvd/test/vm/wires"
)

// beginTrace and endTrace are where trace.c begins and ends.
//
//go:noinline
func beginTrace() {}

//go:noinline
func endTrace() {}

// bench controls the far ends of the lines.
type bench struct{ *wires.Wires }

func (w bench) set(line int, level wires.Level) { check(w.Set(line, level)) }

func (w bench) drain() {
	_, err := w.Drain()
	check(err)
}

// presses presses the button repeatedly, and returns the times to the SPI messages.
func (w bench) presses() []time.Duration {
	return w.latencies(
		func() { w.set(17, wires.Low) },
		func() { w.set(17, wires.Free) },
		func(e wires.Event) bool { _, ok := e.(wires.Message); return ok },
	)
}

// detents turns the knob by a detent repeatedly, and back, and returns the times from
// the last edge of a detent to the change of the duty cycle.
func (w bench) detents() []time.Duration {
	change := func(line int, level wires.Level) {
		w.set(line, level)
		time.Sleep(10 * time.Millisecond)
	}
	almost := func() {
		change(5, wires.Low)
		change(6, wires.Low)
		change(5, wires.Free)
	}
	almost()
	took := w.latencies(
		func() { w.set(6, wires.Free) },
		func() {
			time.Sleep(50 * time.Millisecond) // until the lamp reaches its level
			change(6, wires.Low)
			change(5, wires.Low)
			change(6, wires.Free)
			change(5, wires.Free)
			time.Sleep(50 * time.Millisecond)
			almost()
		},
		func(e wires.Event) bool { _, ok := e.(wires.PWM); return ok },
	)
	w.set(6, wires.Free)
	return took
}

// latencies returns the times from an edge to the first reaction. An edge that the
// kernel loses, because the machine is busy, has none.
func (w bench) latencies(edge, reset func(), reaction func(wires.Event) bool) []time.Duration {
	var took []time.Duration
	for n := range edgesPerRound {
		// At varying phases of the panel's period, and no faster than a person presses:
		// what is faster is noise to a button.
		time.Sleep(150*time.Millisecond + time.Duration(n)*97*time.Microsecond)
		w.drain()
		beginTrace()
		edge()
		for at := time.Duration(0); ; {
			e, err := w.Next(time.Second)
			if err != nil {
				break
			}
			if _, ok := e.(wires.Input); ok {
				at = e.When()
			} else if reaction(e) {
				took = append(took, e.When()-at)
				break
			}
		}
		endTrace()
		reset()
	}
	return took
}
