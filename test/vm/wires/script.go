package wires

import (
	"slices"
	"time"
)

// Script is a sequence of up to 16384 changes of lines, played by the kernel's timers.
type Script []Step

// Step sets a line to a level. The next step follows after For, in whole microseconds,
// and never earlier.
type Step struct {
	Line  int
	Level Level
	For   time.Duration
}

// Duration returns the shortest time that a script takes.
func (s Script) Duration() time.Duration {
	total := time.Duration(0)
	for _, step := range s {
		total += step.For
	}
	return total
}

// Rest returns a script whose last step is longer by d.
func (s Script) Rest(d time.Duration) Script {
	s = slices.Clone(s)
	s[len(s)-1].For += d
	return s
}

// bounces are the times between the changes of a bouncing contact, as in cheap switches
// and encoders: 2.9 ms in total.
var bounces = []time.Duration{
	200 * time.Microsecond, 150 * time.Microsecond, 600 * time.Microsecond, 350 * time.Microsecond,
	1100 * time.Microsecond, 500 * time.Microsecond,
}

const bounceTime = 2900 * time.Microsecond // the sum of bounces

// change changes a contact, which bounces first. It takes d, which must be longer than
// bounceTime.
func change(line int, to Level, d time.Duration) Script {
	from := Low
	if to == Low {
		from = Free
	}
	var s Script
	for i, wait := range bounces {
		s = append(s, Step{line, [2]Level{to, from}[i%2], wait})
	}
	return append(s, Step{line, to, d - bounceTime})
}

// Press closes a contact to ground for the time held, including the bounce, opens it,
// and waits for 50 ms.
func Press(line int, held time.Duration) Script {
	return append(change(line, Low, held), change(line, Free, 50*time.Millisecond)...)
}

// Turn turns an encoder with two contacts to ground by a number of detents of four
// phases. If the number is positive, a closes first. Each phase begins with a bouncing
// contact; it must be at least 4 ms long.
func Turn(a, b, detents int, phase time.Duration) Script {
	if detents < 0 {
		a, b, detents = b, a, -detents
	}
	var s Script
	for range detents {
		for _, contact := range []Step{{a, Low, phase}, {b, Low, phase}, {a, Free, phase}, {b, Free, phase}} {
			s = append(s, change(contact.Line, contact.Level, contact.For)...)
		}
	}
	return s
}
