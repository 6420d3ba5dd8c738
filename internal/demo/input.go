package demo

import (
	"errors"
	"time"

	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
)

// Instances and pins of demo.yaml.
const (
	bell = "bell"
	lamp = "lamp"

	bellPin    = "GPIO17"
	knobA      = "GPIO5"
	knobB      = "GPIO6"
	lampOutput = "GPIO18"
)

// input moves the contacts of the button and the knob, as the page asks, and for the
// autopilot in between.
type input struct {
	button *sim.Button
	knob   *sim.Knob
	lock   scheduler.Lock // held while contacts move
	moves  *scheduler.Queue[scheduler.Func]
	last   scheduler.Instant // when the page last asked for a move
}

func newInput(board *sim.Board) *input {
	return &input{
		button: sim.NewButton(board, bellPin, 1),
		knob:   sim.NewKnob(board, knobA, knobB, 2),
		moves:  scheduler.NewQueue[scheduler.Func](64),
	}
}

// run is the task that makes the queued moves, one after the other.
func (i *input) run(t *scheduler.Task) error {
	for {
		move, err := i.moves.Get(t)
		if err != nil {
			return err
		}
		if err := i.locked(t, move); err != nil {
			return err
		}
	}
}

func (i *input) locked(t *scheduler.Task, move scheduler.Func) error {
	if err := i.lock.Lock(t); err != nil {
		return err
	}
	defer i.lock.Unlock(t)
	return move(t)
}

// enqueue has a move made after those that are queued already.
func (i *input) enqueue(now scheduler.Instant, move scheduler.Func) error {
	i.last = now
	if !i.moves.TryPut(move) {
		return errors.New("too many moves are queued; wait a moment")
	}
	return nil
}

// autopilot clicks the button and turns the knob every 9 s, except in the minute
// after somebody used the page.
func (i *input) autopilot(t *scheduler.Task) error {
	if err := t.Sleep(3 * time.Second); err != nil {
		return err
	}
	for tick := range t.Every(9 * time.Second) {
		if i.last != 0 && t.Now().Sub(i.last) < time.Minute {
			continue
		}
		detents := 6
		if tick.N%2 == 1 {
			detents = -4
		}
		err := i.locked(t, func(t *scheduler.Task) error {
			if err := i.button.Click(t, 120*time.Millisecond); err != nil {
				return err
			}
			return i.knob.Turn(t, detents, 60*time.Millisecond)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// perDetent is how fast the page turns the knob.
const perDetent = 24 * time.Millisecond

// Act moves the contacts of the button and the knob for the actions that they cause.
func (w *World) Act(instance, action string, times int) (handled bool, err error) {
	var move scheduler.Func
	switch instance + "." + action {
	case bell + ".press":
		move = w.input.button.Press
	case bell + ".release":
		move = w.input.button.Release
	case lamp + ".up":
		move = w.turn(times)
	case lamp + ".down":
		move = w.turn(-times)
	default:
		return false, nil
	}
	return true, w.input.enqueue(w.loop.Now(), move)
}

// turn turns the knob by a number of detents, counter-clockwise if negative.
func (w *World) turn(detents int) scheduler.Func {
	return func(t *scheduler.Task) error { return w.input.knob.Turn(t, detents, perDetent) }
}
