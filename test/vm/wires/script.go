package wires

import (
	"slices"
	"time"
)

// Script is what the world does to the lines, step by step, with the exactness of
// the kernel's timers: 16384 steps at the most.
type Script []Step

// Step puts a line to a level; the next step comes so long after it, to the
// microsecond, and not sooner.
type Step struct {
	Line  int
	Level Level
	For   time.Duration
}

// Duration is how long a script takes, at least.
func (s Script) Duration() time.Duration {
	total := time.Duration(0)
	for _, step := range s {
		total += step.For
	}
	return total
}

// Rest makes the last step last so much longer.
func (s Script) Rest(d time.Duration) Script {
	s = slices.Clone(s)
	s[len(s)-1].For += d
	return s
}

// bounces are the times between the changes of a contact that bounces, as those of
// cheap switches and encoders do: 2.9 ms in all, and it ends where it belongs.
var bounces = []time.Duration{
	200 * time.Microsecond, 150 * time.Microsecond, 600 * time.Microsecond, 350 * time.Microsecond,
	1100 * time.Microsecond, 500 * time.Microsecond,
}

const settled = 2900 * time.Microsecond // the sum of them

// touch changes a contact, which bounces and then rests; d counts from the first
// change, and is longer than it bounces.
func touch(line int, to Level, d time.Duration) Script {
	from := Low
	if to == Low {
		from = Free
	}
	var s Script
	for i, wait := range bounces {
		s = append(s, Step{line, [2]Level{to, from}[i%2], wait})
	}
	return append(s, Step{line, to, d - settled})
}

// Press closes a contact to ground, holds it from the first touch on, and opens it,
// with a rest of 50 ms after it.
func Press(line int, held time.Duration) Script {
	return append(touch(line, Low, held), touch(line, Free, 50*time.Millisecond)...)
}

// Turn turns an encoder with two contacts to ground by so many detents of four
// phases: above zero the way on which a closes first. Each phase begins with a
// contact that bounces, and lasts 4 ms at least.
func Turn(a, b, detents int, phase time.Duration) Script {
	if detents < 0 {
		a, b, detents = b, a, -detents
	}
	var s Script
	for range detents {
		for _, contact := range []Step{{a, Low, phase}, {b, Low, phase}, {a, Free, phase}, {b, Free, phase}} {
			s = append(s, touch(contact.Line, contact.Level, contact.For)...)
		}
	}
	return s
}
