package fade_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"ptvd/internal/scheduler"
	"ptvd/plugins"
	"ptvd/plugins/fade"
	"ptvd/plugins/plugintest"
)

func TestAFadeTakesItsDuration(t *testing.T) {
	run(t, nil, func(task *plugins.Task, h *plugintest.Harness) {
		begin := task.Now()
		call(t, h, "on", "")
		task.SleepUntil(begin.Add(999 * ms))
		if duty := h.Board.Duty("GPIO18"); duty == 65535 {
			t.Error("the fade ended too early")
		}
		task.SleepUntil(begin.Add(1001 * ms))
		wantDuty(t, h, 65535)
	})
}

func TestTheLampRespondsWithinTwoMilliseconds(t *testing.T) {
	run(t, func(c *fade.Config) { c.Gamma = 1 }, func(task *plugins.Task, h *plugintest.Harness) {
		call(t, h, "on", "")
		task.Sleep(2 * ms)
		if h.Board.Duty("GPIO18") == 0 {
			t.Error("the lamp is still dark")
		}
	})
}

func TestANewGoalDuringAFadeDoesNotMakeTheBrightnessJump(t *testing.T) {
	run(t, func(c *fade.Config) { c.Gamma = 1 }, func(task *plugins.Task, h *plugintest.Harness) {
		watch := func(d time.Duration, direction int) {
			before := int(h.Board.Duty("GPIO18"))
			for range d / ms {
				task.Sleep(ms)
				duty := int(h.Board.Duty("GPIO18"))
				moved := (duty - before) * direction
				if moved < 0 || moved > 700 { // 10 ms of a second's fade are 655
					t.Fatalf("the duty cycle went from %d to %d", before, duty)
				}
				before = duty
			}
		}
		call(t, h, "on", "")
		watch(600*ms, 1)
		call(t, h, "set", "20%")
		watch(200*ms, -1)
		call(t, h, "off", "")
		watch(200*ms, -1)
		call(t, h, "set", "70%")
		watch(full, 1)
		wantDuty(t, h, 45875) // 70 % of 65535 is 45874.5
	})
}

func TestAFadeWithLateStepsEndsOnTime(t *testing.T) {
	run(t, nil, func(task *plugins.Task, h *plugintest.Harness) {
		begin := task.Now()
		call(t, h, "on", "")
		for range 9 {
			task.Sleep(3 * ms)
			h.Stall(107 * ms)
		}
		task.SleepUntil(begin.Add(full))
		wantDuty(t, h, 65535)
	})
}

func TestAllOutputsFadeTogether(t *testing.T) {
	rgb := func(c *fade.Config) { c.Output = []plugins.PWMOutput{"GPIO12", "GPIO13", "GPIO18"} }
	run(t, rgb, func(task *plugins.Task, h *plugintest.Harness) {
		call(t, h, "on", "")
		for range 50 {
			task.Sleep(20 * ms)
			r, g, b := h.Board.Duty("GPIO12"), h.Board.Duty("GPIO13"), h.Board.Duty("GPIO18")
			if r != g || g != b || r == 0 {
				t.Fatalf("the duty cycles are %d, %d and %d", r, g, b)
			}
		}
	})
}

func TestAnInvertingDriver(t *testing.T) {
	run(t, func(c *fade.Config) { c.Inverted = true }, func(task *plugins.Task, h *plugintest.Harness) {
		wantDuty(t, h, 65535)
		call(t, h, "set", "40%")
		task.Sleep(full)
		wantDuty(t, h, 65535-light(0.4))
		call(t, h, "off", "")
		task.Sleep(full)
		wantDuty(t, h, 65535)
	})
}

func TestAnInvertedLampIsOffAfterTheStop(t *testing.T) {
	h := plugintest.New(t)
	h.Run(func(task *plugins.Task) error {
		lamp := start(task, h.Instance("lamp", "fade"), func(c *fade.Config) { c.Inverted = true })
		call(t, h, "on", "")
		task.Sleep(full)
		return lamp.Stop(task)
	})
	wantDuty(t, h, 65535)
}

func TestTheBalanceIsTheSameAtAllLevels(t *testing.T) {
	white := func(c *fade.Config) {
		c.Output, c.Balance = []plugins.PWMOutput{"GPIO18", "GPIO19"}, []plugins.Percent{1, 0.5}
	}
	run(t, white, func(task *plugins.Task, h *plugintest.Harness) {
		for _, level := range []string{"20%", "60%", "100%", "0%"} {
			call(t, h, "set", level)
			task.Sleep(full)
			warm, cold := h.Board.Duty("GPIO18"), h.Board.Duty("GPIO19")
			if cold != warm/2+warm%2 {
				t.Errorf("at %s the duty cycles are %d and %d", level, warm, cold)
			}
		}
	})
}

// In virtual time, a loop without a timer reports a deadlock.
func TestALampAtRestSetsNoTimer(t *testing.T) {
	h := plugintest.New(t)
	var never plugins.Event
	err := h.Loop.Run(func(task *plugins.Task) error {
		start(task, h.Instance("lamp", "fade"), nil)
		call(t, h, "on", "")
		return never.Wait(task)
	})
	if !errors.Is(err, scheduler.ErrDeadlock) {
		t.Errorf("the loop ended with %v", err)
	}
}

func TestValidate(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*fade.Config)
		want   string
	}{
		{"a complete configuration", nil, ""},
		{"no encoder", func(c *fade.Config) { c.Encoder.A, c.Encoder.B = "", "" }, ""},
		{"no line a", func(c *fade.Config) { c.Encoder.A = "" }, "encoder.a: "},
		{"no line b", func(c *fade.Config) { c.Encoder.B = "" }, "encoder.b: "},
		{"no light at all", func(c *fade.Config) { c.Balance = []plugins.Percent{0} }, "balance: every output has 0%"},
		{"no balance for an output", func(c *fade.Config) { c.Balance = []plugins.Percent{1, 1} }, "balance: "},
		{"visible steps", func(c *fade.Config) { c.Frequency = 50_000 }, "frequency: "},
		{"the highest smooth frequency", func(c *fade.Config) { c.Frequency = 11_000 }, ""},
		{"min above max", func(c *fade.Config) { c.Min, c.Max = 0.5, 0.4 }, "min: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := config(c.change).Validate()
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), c.want)) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
