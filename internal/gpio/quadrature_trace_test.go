package gpio_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
)

// knobTrace is a knob of cheap make that a person turns: the changes of its two channels,
// and by how many detents it was turned whenever it has come to rest.
type knobTrace struct {
	perDetent int
	onEdge    bool // the detents lie on a code edge: either of two codes is read there
	holds     bool // at times it is held between two detents
	rng       *rand.Rand

	now      scheduler.Instant
	start    int // the first code
	code     int // where the knob is
	detent   int
	rest     int // the code of detent 0
	channels [2][]scheduler.Instant
	rests    []knobRest
}

// knobRest is a knob that has come to rest in a detent.
type knobRest struct {
	at     scheduler.Instant
	detent int
}

const (
	longestBounce = 20 * time.Millisecond
	atRest        = 400 * time.Millisecond
)

// newKnobTrace returns a knob at a code, which is some codes off its detent.
func newKnobTrace(perDetent, start, off int, onEdge bool, seed uint64) *knobTrace {
	return &knobTrace{
		perDetent: perDetent, onEdge: onEdge, start: start, code: start, rest: start + off,
		rng: rand.New(rand.NewPCG(seed, 0)), now: scheduler.Instant(time.Second),
	}
}

func (k *knobTrace) between(from, to time.Duration) time.Duration {
	return from + time.Duration(k.rng.Int64N(int64(to-from)))
}

// move moves the knob to a code. Each change of a channel bounces, until the next change of
// the other one at most: if both were open to doubt at once, so were the direction.
func (k *knobTrace) move(to int, perCode time.Duration) {
	for k.code != to {
		channel := k.code & 1 // even to odd: channel a
		if k.code < to {
			k.code++
		} else {
			k.code--
			channel ^= 1
		}
		for _, after := range sim.Bounce(k.rng, min(longestBounce, perCode)) {
			k.channels[channel] = append(k.channels[channel], k.now.Add(after))
		}
		k.now = k.now.Add(perCode)
	}
}

// turn turns the knob by detents and lets it come to rest.
func (k *knobTrace) turn(detents int, perDetent time.Duration) {
	k.detent += detents
	to := k.rest + k.detent*k.perDetent
	if k.onEdge {
		to += k.rng.IntN(2)
	}
	k.move(to, perDetent/time.Duration(k.perDetent))
	k.stay(atRest)
	k.rests = append(k.rests, knobRest{k.now, k.detent})
}

// stay lets some time pass, in which the channels may pick up a spike or 50 Hz hum.
func (k *knobTrace) stay(d time.Duration) {
	k.now = k.now.Add(longestBounce)
	channel := &k.channels[k.rng.IntN(2)]
	switch k.rng.IntN(8) {
	case 0:
		*channel = append(*channel, k.now, k.now.Add(k.between(1, 50*time.Microsecond)))
	case 1:
		for range 2 * (1 + k.rng.IntN(30)) {
			*channel = append(*channel, k.now)
			k.now = k.now.Add(10 * time.Millisecond)
		}
	}
	k.now = k.now.Add(d)
}

// play plays a person who turns the knob so many times.
func (k *knobTrace) play(turns int) {
	for range turns {
		direction := 1 - 2*k.rng.IntN(2)
		switch k.rng.IntN(8) {
		case 0: // two detents that slip
			k.turn(2*direction, 5*time.Millisecond)
		case 1: // a quick turn
			k.turn(direction*(2+k.rng.IntN(12)), k.between(10*time.Millisecond, 100*time.Millisecond))
		case 2: // held halfway, and then on or back
			if !k.holds {
				break
			}
			k.move(k.code+direction*k.perDetent/2, 20*time.Millisecond)
			k.stay(k.between(0, time.Second))
			k.turn(direction*k.rng.IntN(2), 50*time.Millisecond)
		default:
			k.turn(direction, k.between(8*time.Millisecond, 250*time.Millisecond))
		}
	}
}

// decode decodes the trace, and returns what was counted whenever the knob had come to
// rest. If late, edges arrive after everything that was due.
func (k *knobTrace) decode(t *testing.T, late bool) (counted []int) {
	t.Helper()
	a, b := code(k.start)
	levels, total := [2]gpio.Level{a, b}, 0
	q, err := gpio.NewQuadrature(a, b, k.perDetent)
	if err != nil {
		t.Fatal(err)
	}
	type edge struct {
		channel int
		at      scheduler.Instant
	}
	var edges []edge
	for channel, changes := range k.channels {
		for _, at := range changes {
			edges = append(edges, edge{channel, at})
		}
	}
	slices.SortStableFunc(edges, func(a, b edge) int { return cmp.Compare(a.at, b.at) })
	for _, rest := range k.rests {
		for len(edges) > 0 && edges[0].at < rest.at {
			if due := q.Due(); !late && due <= edges[0].at {
				total += q.Rest(due)
			}
			levels[edges[0].channel] = !levels[edges[0].channel]
			total += q.Step(levels[0], levels[1], edges[0].at)
			edges = edges[1:]
		}
		if due := q.Due(); due <= rest.at {
			total += q.Rest(due)
		}
		counted = append(counted, total)
	}
	return counted
}

// errors returns by how much the turns are counted wrongly in all, and by how much the position
// is off at most.
func (k *knobTrace) errors(counted []int) (turns, position int) {
	was := 0
	for i, rest := range k.rests {
		off := counted[i] - rest.detent
		turns += max(off-was, was-off)
		position = max(position, off, -off)
		was = off
	}
	return turns, position
}

// A knob may be off its detent at the start, and its detents may lie on a code edge. At most
// one detent is lost in all, unless the knob is also held in between.
func TestDetentsOfABadKnobAreCountedFromEachStart(t *testing.T) {
	for _, perDetent := range []int{4, 2, 1} {
		for off := range perDetent {
			for _, onEdge := range []bool{false, true} {
				if onEdge && perDetent < 4 {
					continue // see below
				}
				t.Run(fmt.Sprintf("%d codes per detent, %d off, on an edge %v", perDetent, off, onEdge), func(t *testing.T) {
					for seed := range uint64(40) {
						k := newKnobTrace(perDetent, int(seed%4), off, onEdge, seed)
						k.holds = seed%8 >= 4
						k.play(40)
						counted := k.decode(t, false)
						if late := k.decode(t, true); !slices.Equal(late, counted) {
							t.Fatalf("seed %d: late %v, on time %v", seed, late, counted)
						}
						if wrong, off := k.errors(counted); off > 1 || wrong > 1 && !k.holds {
							t.Fatalf("seed %d: %d turns are counted wrongly, and the position is up to %d off; counted %v, turned %v", seed, wrong, off, counted, k.rests)
						}
					}
				})
			}
		}
	}
}

// With two codes per detent and either of them read there, all four codes are those of a
// detent. Which two belong together shows after some turns of three codes, or of one.
// (With one code per detent a turn may change no code, and cannot be counted.)
func TestWhichCodesBelongTogetherIsLearned(t *testing.T) {
	for off := range 2 {
		for seed := range uint64(40) {
			k := newKnobTrace(2, int(seed%4), off, true, seed)
			for range 60 {
				k.turn(1-2*k.rng.IntN(2), k.between(8*time.Millisecond, 250*time.Millisecond))
			}
			counted := k.decode(t, false)
			if _, off := k.errors(counted); off > 2 {
				t.Errorf("seed %d: the position is up to %d off", seed, off)
			}
			for i := 31; i < 60; i++ {
				if counted[i]-counted[i-1] != k.rests[i].detent-k.rests[i-1].detent {
					t.Fatalf("seed %d: turn %d is counted wrongly: %v, turned %v", seed, i, counted, k.rests)
				}
			}
		}
	}
}

// FuzzQuadratureAtRest feeds any codes at any times, two bytes each: a late loop counts what
// one in time does, and Due tells when Rest counts.
func FuzzQuadratureAtRest(f *testing.F) {
	f.Add([]byte{1, 100, 2, 100, 3, 100, 0, 1, 3, 200, 2, 10}, uint8(0))
	f.Add([]byte{1, 10, 2, 100, 1, 100, 0, 100, 3, 200}, uint8(1))
	f.Add([]byte{2, 10, 0, 100, 2, 100, 3, 100}, uint8(0))
	f.Fuzz(func(t *testing.T, data []byte, codes uint8) {
		onTime, err := gpio.NewQuadrature(gpio.Low, gpio.Low, []int{4, 2, 1}[codes%3])
		if err != nil {
			t.Fatal(err)
		}
		late := onTime
		now, counted, countedLate := scheduler.Instant(0), 0, 0
		for ; len(data) >= 2; data = data[2:] {
			now = now.Add(time.Duration(data[1]) * 10 * time.Millisecond)
			if due := onTime.Due(); due <= now {
				detents := onTime.Rest(due)
				if detents == 0 || onTime.Due() != scheduler.Never {
					t.Fatalf("%d detents are counted at rest; then due %v", detents, onTime.Due())
				}
				counted += detents
			}
			counted += step(&onTime, int(data[0]), now)
			countedLate += step(&late, int(data[0]), now)
		}
		if counted += onTime.Rest(now.Add(time.Hour)); counted != countedLate+late.Rest(now.Add(time.Hour)) {
			t.Fatalf("%d detents, late %d", counted, countedLate)
		}
	})
}
