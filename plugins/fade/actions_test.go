package fade_test

import (
	"testing"
	"time"

	"ptvd/internal/gpio/sim"
	"ptvd/plugins"
	"ptvd/plugins/fade"
	"ptvd/plugins/plugintest"
)

func TestToggleSwitchesOffAndOnAtTheLastLevel(t *testing.T) {
	run(t, nil, func(task *plugins.Task, h *plugintest.Harness) {
		call(t, h, "set", "40%")
		task.Sleep(full)
		wantDuty(t, h, light(0.4))
		call(t, h, "toggle", "")
		task.Sleep(full)
		wantDuty(t, h, 0)
		call(t, h, "toggle", "")
		task.Sleep(full)
		wantDuty(t, h, light(0.4))
		call(t, h, "up", "")
		task.Sleep(full)
		wantDuty(t, h, light(0.45))
		call(t, h, "down", "")
		call(t, h, "down", "")
		task.Sleep(full)
		wantDuty(t, h, light(0.35))
	})
}

// The levels that the encoder passes on the way to off are not what toggle should go back
// to.
func TestAfterTurningToOffToggleGoesBackToTheLevelThatWasHeld(t *testing.T) {
	fine := func(c *fade.Config) { c.Step = 0.01 }
	run(t, fine, func(task *plugins.Task, h *plugintest.Harness) {
		encoder := sim.NewKnob(h.Board, "GPIO5", "GPIO6", 6)
		encoder.Turn(task, 40, 20*ms)
		task.Sleep(5 * time.Second)
		encoder.Turn(task, -40, 20*ms)
		task.Sleep(full)
		wantDuty(t, h, 0)
		call(t, h, "toggle", "")
		task.Sleep(full)
		wantDuty(t, h, light(0.4))
	})
}

func TestSetWithAnInvalidLevelChangesNothing(t *testing.T) {
	run(t, nil, func(task *plugins.Task, h *plugintest.Harness) {
		call(t, h, "set", "40%")
		if err := h.Call("lamp.set bright"); err == nil {
			t.Error("no error")
		}
		task.Sleep(full)
		wantDuty(t, h, light(0.4))
	})
}
