package demo

import (
	"time"

	"ptvd/internal/scheduler"
)

// visit is somebody who cannot leave a button alone, unless another hand is there.
func (h *hands) visit(t *scheduler.Task) error {
	if err := t.Sleep(3 * time.Second); err != nil {
		return err
	}
	for tick := range t.Every(9 * time.Second) {
		if h.rests(t.Now()) {
			continue
		}
		detents := 6
		if tick.N%2 == 1 {
			detents = -4
		}
		err := h.alone(t, func(t *scheduler.Task) error {
			if err := h.button.Click(t, 120*time.Millisecond); err != nil {
				return err
			}
			return h.knob.Turn(t, detents, 60*time.Millisecond)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
