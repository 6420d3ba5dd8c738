package demo

import (
	"time"

	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
)

// visitor is somebody who cannot leave a button alone.
func visitor(board *sim.Board) scheduler.Func {
	return func(t *scheduler.Task) error {
		button := sim.NewButton(board, "GPIO17", 1)
		knob := sim.NewKnob(board, "GPIO5", "GPIO6", 2)
		if err := t.Sleep(3 * time.Second); err != nil {
			return err
		}
		for tick := range t.Every(9 * time.Second) {
			if err := button.Click(t, 120*time.Millisecond); err != nil {
				return err
			}
			detents := 6
			if tick.N%2 == 1 {
				detents = -4
			}
			if err := knob.Turn(t, detents, 60*time.Millisecond); err != nil {
				return err
			}
		}
		return nil
	}
}
