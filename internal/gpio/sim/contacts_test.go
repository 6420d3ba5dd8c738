package sim_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	conngpio "periph.io/x/conn/v3/gpio"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/gpioext"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
)

func TestABounceEndsAtTheNewLevelInTime(t *testing.T) {
	lengths := map[int]bool{}
	for seed := range uint64(1000) {
		changes := sim.Bounce(rand.New(rand.NewPCG(seed, 0)), sim.MaxBounce)
		lengths[len(changes)] = true
		if changes[0] != 0 || len(changes)%2 == 0 || !slices.IsSorted(changes) || slices.Max(changes) >= sim.MaxBounce {
			t.Fatalf("seed %d: %v", seed, changes)
		}
	}
	if !lengths[1] || len(lengths) < 5 {
		t.Errorf("the lengths are %v", lengths)
	}
}

// clicks returns the edges of three clicks.
func clicks(t *testing.T, seed uint64) []gpioext.Edge {
	var got log
	run(t, func(t *scheduler.Task, board *sim.Board) error {
		button := sim.NewButton(board, "GPIO17", seed)
		if _, err := got.open(board, conngpio.PullUp, "GPIO17"); err != nil {
			return err
		}
		for range 3 {
			if err := button.Click(t, 100*time.Millisecond); err != nil {
				return err
			}
		}
		return nil
	})
	return got.edges
}

func TestTheSameSeedGivesTheSameBounce(t *testing.T) {
	if a, b := clicks(t, 3), clicks(t, 3); !slices.Equal(a, b) || len(a) <= 6 {
		t.Errorf("one time %v, another %v", a, b)
	}
	if a, b := clicks(t, 3), clicks(t, 4); slices.Equal(a, b) {
		t.Errorf("seeds 3 and 4: %v", a)
	}
}

func TestACancelledPressStopsBouncing(t *testing.T) {
	for seed := range uint64(20) {
		run(t, func(t *scheduler.Task, board *sim.Board) error {
			lines, err := new(log).open(board, conngpio.PullUp, "GPIO17")
			if err != nil {
				return err
			}
			button := sim.NewButton(board, "GPIO17", seed)
			press := t.Go("press", button.Press)
			t.Sleep(time.Millisecond)
			press.Cancel()
			t.Join(press)
			if levels, err := lines.Levels(); levels != 0 || err != nil {
				return fmt.Errorf("seed %d: %v (%v)", seed, levels, err)
			}
			return nil
		})
	}
}

func TestPressingAPressedButtonDoesNothing(t *testing.T) {
	run(t, func(t *scheduler.Task, board *sim.Board) error {
		var got log
		if _, err := got.open(board, conngpio.PullUp, "GPIO17"); err != nil {
			return err
		}
		button := sim.NewButton(board, "GPIO17", 1)
		if err := errors.Join(button.Press(t), t.Yield()); err != nil {
			return err
		}
		edges := len(got.edges)
		if err := errors.Join(button.Press(t), t.Sleep(time.Second)); err != nil || len(got.edges) != edges {
			return fmt.Errorf("%d edges became %d (%v)", edges, len(got.edges), err)
		}
		return nil
	})
}

func TestAKnobTurnsAtItsSpeedAndRestsWithOpenContacts(t *testing.T) {
	run(t, func(t *scheduler.Task, board *sim.Board) error {
		if _, err := new(log).open(board, conngpio.PullUp, "GPIO5", "GPIO6"); err != nil {
			return err
		}
		knob := sim.NewKnob(board, "GPIO5", "GPIO6", 1)
		if err := knob.Turn(t, -5, 40*time.Millisecond); err != nil {
			return err
		}
		if t.Now() != scheduler.Instant(200*time.Millisecond) || board.Level("GPIO5") != gpio.High || board.Level("GPIO6") != gpio.High {
			return fmt.Errorf("at %v the levels are %v and %v", t.Now(), board.Level("GPIO5"), board.Level("GPIO6"))
		}
		return nil
	})
}
