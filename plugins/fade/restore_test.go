package fade_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ptvd/internal/host"
	"ptvd/plugins"
	"ptvd/plugins/fade"
	"ptvd/plugins/plugintest"
)

// With at_stop: keep, a restart of the daemon is not seen.
func TestALampThatWasKeptOnIsContinuedWithoutAStep(t *testing.T) {
	for name, change := range map[string]func(*fade.Config){
		"one output": func(*fade.Config) {},
		"inverted":   func(c *fade.Config) { c.Inverted = true },
		"balance": func(c *fade.Config) {
			c.Output, c.Balance = []plugins.PWMOutput{"GPIO19", "GPIO18"}, []plugins.Percent{1, 0.4}
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := plugintest.New(t)
			change := func(c *fade.Config) { c.AtStop = "keep"; change(c) }
			h.Run(func(task *plugins.Task) error {
				instance := h.Instance("lamp", "fade")
				lamp := start(task, instance, change)
				call(t, h, "set", "40%")
				task.Sleep(full)
				lit := h.Board.Duty("GPIO18")
				if err := lamp.Stop(task); err != nil {
					return err
				}
				wantDuty(t, h, lit)
				again := h.Instance("lamp", "fade")
				again.Storage = instance.Storage
				lamp = start(task, again, change)
				for range 100 {
					wantDuty(t, h, lit)
					task.Sleep(20 * ms)
				}
				return lamp.Stop(task)
			})
		})
	}
}

func TestALampThatWasKeptOnFadesToItsGoal(t *testing.T) {
	h := plugintest.New(t)
	h.Run(func(task *plugins.Task) error {
		lamp := start(task, h.Instance("lamp", "fade"), func(c *fade.Config) { c.AtStop = "keep" })
		call(t, h, "set", "80%")
		task.Sleep(full)
		if err := lamp.Stop(task); err != nil {
			return err
		}
		lamp = start(task, h.Instance("lamp", "fade"), nil) // has no saved level: off
		wantDuty(t, h, light(0.8))
		task.Sleep(400 * ms)
		if duty := h.Board.Duty("GPIO18"); duty < light(0.38) || duty > light(0.42) {
			t.Errorf("after 400 ms of the fade the duty cycle is %d, want about %d", duty, light(0.4))
		}
		task.Sleep(full)
		wantDuty(t, h, 0)
		return lamp.Stop(task)
	})
}

func TestTheLevelIsRestored(t *testing.T) {
	for _, c := range []struct {
		name, restore string
		before        []string
		want          uint16
		wantToggled   uint16
	}{
		{"last: on stays on", "last", []string{"set 40%"}, light(0.4), 0},
		{"last: off stays off", "last", []string{"set 40%", "off"}, 0, light(0.4)},
		{"off: off after the start", "off", []string{"set 40%"}, 0, light(0.4)},
		{"on: on after the start", "on", []string{"set 40%", "off"}, light(0.4), 0},
		{"last: off without a saved level", "last", nil, 0, 65535},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := plugintest.New(t)
			h.Run(func(task *plugins.Task) error {
				instance := h.Instance("lamp", "fade")
				change := func(cfg *fade.Config) { cfg.Restore = c.restore }
				lamp := start(task, instance, change)
				for _, action := range c.before {
					name, arg, _ := strings.Cut(action, " ")
					call(t, h, name, arg)
				}
				task.Sleep(ms)
				if err := lamp.Stop(task); err != nil {
					return err
				}
				wantDuty(t, h, 0)

				again := h.Instance("lamp", "fade")
				again.Storage = instance.Storage
				lamp = start(task, again, change)
				task.Sleep(full)
				wantDuty(t, h, c.want)
				call(t, h, "toggle", "")
				task.Sleep(full)
				wantDuty(t, h, c.wantToggled)
				return lamp.Stop(task)
			})
		})
	}
}

func TestTheLevelIsSavedSomeSecondsAfterTheLastChange(t *testing.T) {
	h := plugintest.New(t)
	h.Run(func(task *plugins.Task) error {
		instance := h.Instance("lamp", "fade")
		lamp := start(task, instance, nil)
		task.Sleep(10 * time.Second)
		saved := func() string {
			data, err := instance.Storage.Load("level.json")
			if err != nil {
				t.Fatal(err)
			}
			return string(data)
		}
		before := saved()
		for range 10 {
			call(t, h, "up", "")
			task.Sleep(time.Second)
		}
		if saved() != before {
			t.Error("level.json was written while the level was still changing")
		}
		task.Sleep(10 * time.Second)
		if got := saved(); got != `{"goal":0.5,"last":0.5}` {
			t.Errorf("saved %s", got)
		}
		return lamp.Stop(task)
	})
}

func TestAnInvalidStateFileIsLoggedAndReplaced(t *testing.T) {
	h := plugintest.New(t)
	h.Run(func(task *plugins.Task) error {
		instance := h.Instance("lamp", "fade")
		if err := instance.Storage.Save("level.json", []byte(`{"goal":`)); err != nil {
			return err
		}
		lamp := start(task, instance, nil)
		call(t, h, "set", "40%")
		task.Sleep(10 * time.Second)
		if !strings.Contains(h.Log.String(), "level.json") {
			t.Errorf("the log does not name the file: %s", h.Log.String())
		}
		if data, _ := instance.Storage.Load("level.json"); string(data) != `{"goal":0.4,"last":0.4}` {
			t.Errorf("saved %s", data)
		}
		return lamp.Stop(task)
	})
}

func TestSavingIsRetried(t *testing.T) {
	h := plugintest.New(t)
	h.Run(func(task *plugins.Task) error {
		instance := h.Instance("lamp", "fade")
		blocker := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(blocker, nil, 0o600); err != nil {
			return err
		}
		instance.Storage = host.StorageDir(filepath.Join(blocker, "lamp")) // cannot be created
		lamp := start(task, instance, nil)
		call(t, h, "on", "")
		task.Sleep(10 * time.Second)
		wantDuty(t, h, 65535)
		if instance.Health.Condition != host.Degraded {
			t.Errorf("the health is %s", instance.Health.Condition)
		}
		if err := os.Remove(blocker); err != nil {
			return err
		}
		task.Sleep(2 * time.Minute)
		if instance.Health.Condition != host.OK {
			t.Errorf("the health is %s: %s", instance.Health.Condition, instance.Health.Why)
		}
		return lamp.Stop(task)
	})
}
