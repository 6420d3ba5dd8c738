package demo

import (
	"errors"
	"fmt"
	"time"

	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
)

// Where demo.yaml has the inputs, and who holds them.
const (
	bell = "bell"
	lamp = "lamp"

	bellPin    = "GPIO17"
	knobA      = "GPIO5"
	knobB      = "GPIO6"
	lampOutput = "GPIO18"
)

// hands move the contacts of the button and the knob: those of whoever watches the
// page, and the visitor's in between.
type hands struct {
	button  *sim.Button
	knob    *sim.Knob
	lock    scheduler.Lock // one pair of them at a time
	moves   *scheduler.Queue[scheduler.Func]
	touched scheduler.Instant // the latest move that was asked for
}

func newHands(board *sim.Board) *hands {
	return &hands{
		button: sim.NewButton(board, bellPin, 1),
		knob:   sim.NewKnob(board, knobA, knobB, 2),
		moves:  scheduler.NewQueue[scheduler.Func](64),
	}
}

// work is the task that makes the moves that were asked for, one after the other.
func (h *hands) work(t *scheduler.Task) error {
	for {
		move, err := h.moves.Get(t)
		if err != nil {
			return err
		}
		if err := h.alone(t, move); err != nil {
			return err
		}
	}
}

// alone makes a move while nobody else does.
func (h *hands) alone(t *scheduler.Task, move scheduler.Func) error {
	if err := h.lock.Lock(t); err != nil {
		return err
	}
	defer h.lock.Unlock(t)
	return move(t)
}

// ask has a move made as soon as those before it are.
func (h *hands) ask(now scheduler.Instant, move scheduler.Func) error {
	h.touched = now
	if !h.moves.TryPut(move) {
		return errors.New("no hand is as fast as that")
	}
	return nil
}

// rests tells whether somebody else has had their hands here a moment ago.
func (h *hands) rests(now scheduler.Instant) bool {
	const moment = time.Minute
	return h.touched != 0 && now.Sub(h.touched) < moment
}

// Press pushes the button down, with all its bounce.
func (w *World) Press(instance string) error {
	if instance != bell {
		return fmt.Errorf("the demo has no button %q", instance)
	}
	return w.hands.ask(w.loop.Now(), w.hands.button.Press)
}

// Release lets it come up.
func (w *World) Release(instance string) error {
	if instance != bell {
		return fmt.Errorf("the demo has no button %q", instance)
	}
	return w.hands.ask(w.loop.Now(), w.hands.button.Release)
}

// perDetent is how fast a hand turns the knob.
const perDetent = 24 * time.Millisecond

// Turn turns the knob.
func (w *World) Turn(instance string, detents int) error {
	if instance != lamp {
		return fmt.Errorf("the demo has no knob %q", instance)
	}
	return w.hands.ask(w.loop.Now(), func(t *scheduler.Task) error { return w.hands.knob.Turn(t, detents, perDetent) })
}
