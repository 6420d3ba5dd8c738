package gpio

import "fmt"

// Quadrature decodes the two channels of a rotary encoder, which run through a
// Gray code a quarter turn apart. It is a pure state machine: levels go in, steps
// come out.
//
// A step counts when the way from one detent to the next is complete, so that a
// contact that bounces on the way only walks to and fro between two codes and
// yields one step. Where both channels changed at once a code was skipped, and
// with it the direction: that detent is not counted, rather than counted the
// wrong way round.
type Quadrature struct {
	phase    int  // 0 to 3: where in the cycle the channels are
	rest     int  // the phase of a detent
	detent   int  // codes from one detent to the next
	progress int  // codes since the last detent
	astray   bool // a code was skipped since then
}

// phases of the code a + 2b. Channel a leads in the positive direction, which is
// clockwise on most encoders: 00, 10, 11, 01.
var phases = [4]int{0b00: 0, 0b01: 1, 0b11: 2, 0b10: 3}

// NewQuadrature returns a decoder for an encoder that now rests in a detent with
// these levels. An encoder has 4, 2 or 1 codes from one detent to the next; with
// 1 a bounce is itself a step to and fro, so that its lines should be debounced.
func NewQuadrature(a, b Level, codesPerDetent int) (Quadrature, error) {
	switch codesPerDetent {
	case 1, 2, 4:
		phase := phaseOf(a, b)
		return Quadrature{phase: phase, rest: phase, detent: codesPerDetent}, nil
	}
	return Quadrature{}, fmt.Errorf("an encoder has 4, 2 or 1 steps per detent, not %d", codesPerDetent)
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
		q.astray = true
	}
	q.phase = phase
	if (phase-q.rest)%q.detent != 0 {
		return 0
	}
	steps := q.progress / q.detent
	if q.astray {
		steps = 0
	}
	q.progress, q.astray = 0, false
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
