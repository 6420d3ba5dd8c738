package gpio_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
)

// code returns the levels of the channels a and b in a phase of the cycle.
func code(phase int) (a, b gpio.Level) {
	return phase&3 == 1 || phase&3 == 2, phase&3 == 2 || phase&3 == 3
}

// step feeds a phase at a time.
func step(q *gpio.Quadrature, phase int, at scheduler.Instant) int {
	a, b := code(phase)
	return q.Step(a, b, at)
}

// turn feeds phases to a new decoder, which rests in the first of them, and
// returns its steps.
func turn(t *testing.T, codesPerDetent int, phases ...int) (steps []int) {
	t.Helper()
	a, b := code(phases[0])
	q, err := gpio.NewQuadrature(a, b, codesPerDetent)
	if err != nil {
		t.Fatal(err)
	}
	for _, phase := range phases[1:] {
		if step := step(&q, phase, 0); step != 0 {
			steps = append(steps, step)
		}
	}
	return steps
}

func TestTurningAnEncoder(t *testing.T) {
	for _, test := range []struct {
		name           string
		codesPerDetent int
		phases         []int
		want           string
	}{
		{"a whole cycle is a step", 4, []int{0, 1, 2, 3, 4}, "[1]"},
		{"backwards it is a step back", 4, []int{0, -1, -2, -3, -4}, "[-1]"},
		{"an encoder may rest anywhere in the cycle", 4, []int{2, 3, 4, 5, 6, 5, 4, 3, 2}, "[1 -1]"},
		{"half a cycle and back is nothing", 4, []int{0, 1, 2, 1, 0}, "[]"},
		{"all but the last code and back is nothing", 4, []int{0, 1, 2, 3, 2, 1, 0}, "[]"},
		{"a bounce on every edge is still one step", 4, []int{0, 1, 0, 1, 2, 1, 2, 3, 2, 3, 4, 3, 4}, "[1]"},
		{"a bounce in the detent is nothing", 4, []int{0, 1, 0, -1, 0, 1, 0}, "[]"},
		{"turning back answers on the first detent", 4, []int{0, 1, 2, 3, 4, 3, 2, 1, 0}, "[1 -1]"},
		{"a skipped code loses the detent", 4, []int{0, 2, 3, 4, 5, 6, 7, 8}, "[1]"},
		{"a skip into the detent loses it", 4, []int{0, 1, 2, 4, 5, 6, 7, 8}, "[1]"},
		{"a skip over a detent loses both", 4, []int{0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12}, "[1]"},
		{"skipping every other code does not turn round", 4, []int{0, 2, 4, 6, 8, 10, 12}, "[]"},
		{"half a cycle is a step where there are two codes to the detent", 2, []int{0, 1, 2, 3, 4, 3, 2}, "[1 1 -1]"},
		{"with two codes to the detent a bounce is one step", 2, []int{0, 1, 0, 1, 2, 1, 2}, "[1]"},
		{"every code is a step where there is one to the detent", 1, []int{0, 1, 2, 1}, "[1 1 -1]"},
		{"a skipped code is no step anywhere", 1, []int{0, 2, 3}, "[1]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := fmt.Sprint(turn(t, test.codesPerDetent, test.phases...)); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestThreeCodesPerDetentAreRejected(t *testing.T) {
	if _, err := gpio.NewQuadrature(gpio.Low, gpio.Low, 3); err == nil {
		t.Error("it was accepted")
	}
}

func TestEachDetentOfABouncingKnobIsReportedOnce(t *testing.T) {
	for _, codesPerDetent := range []int{4, 2, 1} {
		for _, activeLow := range []bool{false, true} {
			for seed := range uint64(10) {
				name := fmt.Sprintf("%d codes to the detent, active low %v, seed %d", codesPerDetent, activeLow, seed)
				t.Run(name, func(t *testing.T) { turnKnob(t, codesPerDetent, activeLow, seed) })
			}
		}
	}
}

// turnKnob turns a simulated knob to and fro, faster and slower, and compares what
// the decoder counts after each turn.
func turnKnob(t *testing.T, codesPerDetent int, activeLow bool, seed uint64) {
	run(t, func(t *scheduler.Task, world *sim.Board, board *gpio.Board) error {
		knob := sim.NewKnob(world, "GPIO5", "GPIO6", seed)
		knob.CodesPerDetent = codesPerDetent
		o := gpio.InputOptions{Lines: []string{"GPIO5", "GPIO6"}, Pull: gpio.PullUp, ActiveLow: activeLow}
		if codesPerDetent == 1 {
			o.Debounce = sim.MaxBounce
		}
		in, err := board.Input(t, o)
		if err != nil {
			return err
		}
		q, err := gpio.NewQuadrature(in.Level(0), in.Level(1), codesPerDetent)
		if err != nil {
			return err
		}
		position := 0
		t.Go("count", func(t *scheduler.Task) error {
			for {
				edge, err := in.Next(t)
				if err != nil {
					return err
				}
				position += q.Step(in.Level(0), in.Level(1), edge.At)
			}
		})
		rng := rand.New(rand.NewPCG(seed, 1))
		want := 0
		for range 20 {
			detents := rng.IntN(21) - 10
			perDetent := 10*time.Millisecond + time.Duration(rng.Int64N(int64(200*time.Millisecond)))
			if err := knob.Turn(t, detents, perDetent); err != nil {
				return err
			}
			if err := t.Sleep(sim.MaxBounce); err != nil {
				return err
			}
			if want += detents; position != want {
				return fmt.Errorf("the knob stands at %d, and %d was counted", want, position)
			}
		}
		return nil
	})
}

// FuzzQuadrature turns an encoder a code to and fro by each byte's first bit. The
// second bit says that the decoder misses that code; it never misses two in a row.
func FuzzQuadrature(f *testing.F) {
	f.Add([]byte{0, 0, 0, 0, 1, 1, 1, 1}, uint8(0))
	f.Add([]byte{0, 1, 0, 0, 2, 0, 0, 0, 0}, uint8(1))
	f.Add([]byte{0, 0, 0, 2, 0, 0, 0, 0}, uint8(0))
	f.Add([]byte{0, 3, 1, 1, 2, 0}, uint8(2))
	f.Fuzz(func(t *testing.T, turns []byte, codes uint8) {
		codesPerDetent := []int{4, 2, 1}[codes%3]
		q, err := gpio.NewQuadrature(gpio.Low, gpio.Low, codesPerDetent)
		if err != nil {
			t.Fatal(err)
		}
		position, seen, detent := 0, 0, 0 // the last two: where the decoder last looked, and last saw a detent
		skipped := false
		for i, turn := range turns {
			position += 1 - 2*int(turn&1)
			if turn&2 != 0 && i > 0 && turns[i-1]&2 == 0 {
				continue
			}
			skipped = skipped || position-seen == 2 || seen-position == 2
			seen = position
			want := 0
			if position%codesPerDetent == 0 {
				if !skipped {
					want = (position - detent) / codesPerDetent
				}
				detent, skipped = position, false
			}
			if step := step(&q, position, 0); step != want {
				t.Fatalf("code %d of %v at %d codes to the detent: %d steps, want %d", i, turns, codesPerDetent, step, want)
			}
		}
	})
}
