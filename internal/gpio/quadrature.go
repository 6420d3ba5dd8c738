package gpio

import (
	"cmp"
	"fmt"
	"time"

	"ptvd/internal/scheduler"
)

// restTime is how long a knob must not move to have come to rest. Mostly it takes less
// time from one code to the next; a knob that is turned more slowly is still counted.
const restTime = 300 * time.Millisecond

// Quadrature decodes the two channels of a rotary encoder, which run through a
// Gray code with a phase difference of 90 degrees. It is a pure state machine:
// levels and their times go in, detents come out.
//
// A detent is counted when its code is reached, so that a contact that bounces on the
// way alternates between two codes and still gives one detent. If both channels changed
// at once, a code was skipped and the direction is not known: that detent is not
// counted, since it could be counted in the wrong direction.
//
// Which codes belong to a detent is learned from where the knob comes to rest. It may
// be off its detent at first, and the detents of some encoders lie where a channel
// changes, so that either of two codes is read there. Until that is known, a detent may
// be counted late, when the knob has come to rest, and one may be missed.
type Quadrature struct {
	perDetent int // codes from one detent to the next
	phase     int // position in the cycle, 0 to 3
	position  int // codes since the start
	middle    int // of detent 0, in half codes, which is half a detent away or little more
	detent    int // the one that was counted last
	skipped   bool

	restAt   scheduler.Instant // when the knob comes to rest unless it moves; Never: it has
	restedAt int               // the position when it last did
	previous int               // the detent then
	weights  [8]int            // how well the places of detents, in half codes, explain the rests
}

// phases maps the code a + 2b to its phase. Channel a leads in the positive
// direction, which is clockwise on most encoders: 00, 10, 11, 01.
var phases = [4]int{0b00: 0, 0b01: 1, 0b11: 2, 0b10: 3}

// NewQuadrature returns a decoder for an encoder that has these levels. An encoder has
// 4, 2 or 1 codes from one detent to the next. With 1, a bounce counts as a detent forth
// and a detent back, so its lines should be debounced.
func NewQuadrature(a, b Level, codesPerDetent int) (Quadrature, error) {
	switch codesPerDetent {
	case 1, 2, 4:
		return Quadrature{perDetent: codesPerDetent, phase: phaseOf(a, b), restAt: scheduler.Never}, nil
	}
	return Quadrature{}, fmt.Errorf("%d steps per detent: an encoder has 4, 2 or 1", codesPerDetent)
}

// Step takes the levels of both channels after an edge of either, and the time of the
// edge. It returns by how many detents the knob was turned: -1, 0 or 1, and rarely more
// if Rest was not called when it was due.
func (q *Quadrature) Step(a, b Level, at scheduler.Instant) int {
	detents := q.Rest(at)
	phase := phaseOf(a, b)
	switch (phase - q.phase) & 3 {
	case 0:
		return detents
	case 1:
		q.position++
	case 3:
		q.position--
	case 2:
		q.position += 2
		q.skipped = true
	}
	q.phase, q.restAt = phase, at.Add(restTime)
	if nearest, beside := q.nearest(q.middle); -1 <= beside && beside <= 1 {
		detents += q.count(nearest)
	}
	return detents
}

// Due returns when Rest will count a detent unless the knob moves; Never: it will not.
func (q *Quadrature) Due() scheduler.Instant {
	ahead := *q
	if ahead.Rest(q.restAt) == 0 {
		return scheduler.Never
	}
	return q.restAt
}

// Rest returns the detents to count because the knob has come to rest by now: mostly 0.
func (q *Quadrature) Rest(now scheduler.Instant) int {
	if now < q.restAt || q.restAt == scheduler.Never {
		return 0
	}
	nearest, _ := q.nearest(q.middle)
	detents := q.count(nearest)
	q.learn()
	nearest, _ = q.nearest(q.middle)
	detents += q.count(nearest)
	q.previous, q.restAt = q.detent, scheduler.Never
	return detents
}

// nearest returns the detent that is nearest if the middle of detent 0 is there, and by how
// many half codes the knob is beside it. Halfway between two it is the one that was
// counted last.
func (q *Quadrature) nearest(middle int) (detent, beside int) {
	period := 2 * q.perDetent
	distance := 2*q.position - middle + q.perDetent
	beside = (distance%period + period) % period
	detent = (distance - beside) / period
	if beside == 0 && q.detent < detent {
		detent, beside = detent-1, period
	}
	return detent, beside - q.perDetent
}

// count moves on to a detent and returns by how many, if they are known.
func (q *Quadrature) count(detent int) int {
	if q.skipped {
		q.position += (q.detent - detent) * q.perDetent
		q.skipped = false
		return 0
	}
	detents := detent - q.detent
	q.detent = detent
	return detents
}

// learn moves the detents to where the knob came to rest, unless others explain better
// where it did so before.
func (q *Quadrature) learn() {
	if q.perDetent == 1 {
		return
	}
	at := 2 * q.position
	q.explains(at, 5)
	q.explains(at-1, 4) // at the edge of another code
	q.explains(at+1, 4)
	low, turned := min(q.position, q.restedAt), distance(q.position, q.restedAt)
	switch turned {
	case q.perDetent + 1: // from the lower code of a detent to the upper one of the next
		q.explains(2*low+1, 2)
	case q.perDetent - 1:
		q.explains(2*low-1, 2)
	}
	best, limit := q.middle, q.perDetent+q.perDetent/4
	for half := -1; half <= 1; half++ {
		for middle := at%(2*q.perDetent) + half + 2*q.perDetent; middle >= -limit; middle -= 2 * q.perDetent {
			if middle <= limit && q.better(middle, best) {
				best = middle
			}
		}
	}
	q.middle, q.restedAt = best, q.position
}

// maxWeight is about 64 rests.
const maxWeight = 320

// explains adds weight to a place of the detents.
func (q *Quadrature) explains(middle, weight int) {
	weights := q.weights[:2*q.perDetent]
	w := &weights[q.place(middle)]
	if *w += weight; *w >= maxWeight { // what was long ago counts less
		for i := range weights {
			weights[i] /= 2
		}
	}
}

// better tells whether detents are more likely to be in one place than in another: by what
// was learned, then near to where they were believed to be, and then so that the knob
// was turned by one since it last came to rest.
func (q *Quadrature) better(middle, than int) bool {
	turned := func(middle int) int {
		detent, _ := q.nearest(middle)
		return distance(distance(detent, q.previous), 1)
	}
	return cmp.Or(
		cmp.Compare(q.weights[q.place(middle)], q.weights[q.place(than)]),
		cmp.Compare(distance(than, q.middle), distance(middle, q.middle)),
		cmp.Compare(turned(than), turned(middle)),
	) > 0
}

// place returns which half code of the way between two detents it is.
func (q *Quadrature) place(middle int) int {
	period := 2 * q.perDetent
	return (middle%period + period) % period
}

func distance(a, b int) int { return max(a-b, b-a) }

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
