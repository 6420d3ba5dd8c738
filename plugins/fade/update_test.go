package fade_test

import (
	"errors"
	"testing"

	"ptvd/plugins"
	"ptvd/plugins/fade"
	"ptvd/plugins/plugintest"
)

func TestANewDurationDuringAFadeDoesNotMakeTheBrightnessJump(t *testing.T) {
	h := plugintest.New(t)
	h.Run(func(task *plugins.Task) error {
		lamp := start(task, h.Instance("lamp", "fade"), nil)
		call(t, h, "set", "100%")
		if err := task.Sleep(500 * ms); err != nil {
			return err
		}
		before := h.Board.Duty("GPIO18")
		slower := config(func(c *fade.Config) { c.Duration = 10 * full })
		if err := lamp.Plugin.(plugins.Updater[fade.Config]).Update(task, slower); err != nil {
			t.Errorf("update failed: %v", err)
		}
		if err := task.Sleep(100 * ms); err != nil {
			return err
		}
		after := h.Board.Duty("GPIO18")
		if after <= before || after > light(0.52) {
			t.Errorf("100 ms after the change the duty went from %d to %d; want a tenth of the speed", before, after)
		}
		return lamp.Stop(task)
	})
}

func TestAnotherOutputNeedsARestart(t *testing.T) {
	h := plugintest.New(t)
	h.Run(func(task *plugins.Task) error {
		lamp := start(task, h.Instance("lamp", "fade"), nil)
		moved := config(func(c *fade.Config) { c.Output = []plugins.PWMOutput{"GPIO19"} })
		if err := lamp.Plugin.(plugins.Updater[fade.Config]).Update(task, moved); !errors.Is(err, plugins.ErrRestart) {
			t.Errorf("update: %v, want ErrRestart", err)
		}
		return lamp.Stop(task)
	})
}

func TestAtStop(t *testing.T) {
	for atStop, want := range map[string]uint16{"off": 0, "keep": light(0.4)} {
		t.Run(atStop, func(t *testing.T) {
			h := plugintest.New(t)
			h.Run(func(task *plugins.Task) error {
				lamp := start(task, h.Instance("lamp", "fade"), func(c *fade.Config) { c.AtStop = atStop })
				call(t, h, "set", "40%")
				if err := task.Sleep(full); err != nil {
					return err
				}
				return lamp.Stop(task)
			})
			wantDuty(t, h, want)
		})
	}
}
