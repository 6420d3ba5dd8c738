package gpio

import "fmt"

// Quadrature decodes the two channels of a rotary encoder, which run through a
// Gray code with a phase difference of 90 degrees. It is a pure state machine:
// levels go in, steps come out.
//
// A step is counted when the next detent is reached, so that a contact that bounces
// on the way alternates between two codes and still gives one step. If both channels
// changed at once, a code was skipped and the direction is not known: that detent is
// not counted, since it could be counted in the wrong direction.
type Quadrature struct {
	phase    int  // position in the cycle, 0 to 3
	rest     int  // phase of a detent
	detent   int  // codes from one detent to the next
	progress int  // codes since the last detent
	skipped  bool // a code was skipped since the last detent
}

// phases maps the code a + 2b to its phase. Channel a leads in the positive
// direction, which is clockwise on most encoders: 00, 10, 11, 01.
var phases = [4]int{0b00: 0, 0b01: 1, 0b11: 2, 0b10: 3}

// NewQuadrature returns a decoder for an encoder that rests in a detent with these
// levels. An encoder has 4, 2 or 1 codes from one detent to the next. With 1, a
// bounce counts as a step forth and a step back, so its lines should be debounced.
func NewQuadrature(a, b Level, codesPerDetent int) (Quadrature, error) {
	switch codesPerDetent {
	case 1, 2, 4:
		phase := phaseOf(a, b)
		return Quadrature{phase: phase, rest: phase, detent: codesPerDetent}, nil
	}
	return Quadrature{}, fmt.Errorf("%d steps per detent: an encoder has 4, 2 or 1", codesPerDetent)
}

// Step takes the levels of both channels after an edge of either, and returns +1
// or -1 when a detent was reached, else 0.
func (q *Quadrature) Step(a, b Level) int {
	phase := phaseOf(a, b)
	switch (phase - q.phase) & 3 {
	case 1:
		q.progress++
	case 3:
		q.progress--
	case 2:
		q.skipped = true
	}
	q.phase = phase
	if (phase-q.rest)%q.detent != 0 {
		return 0
	}
	steps := q.progress / q.detent
	if q.skipped {
		steps = 0
	}
	q.progress, q.skipped = 0, false
	return steps
}

func phaseOf(a, b Level) int {
	code := 0
	if a {
		code |= 1
	}
	if b {
		code |= 2
	}
	return phases[code]
}
