package fade_test

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ptvd/internal/gpio/sim"
	"ptvd/internal/host"
	"ptvd/internal/scheduler"
	"ptvd/plugins"
	"ptvd/plugins/fade"
	"ptvd/plugins/plugintest"
)

const (
	ms   = time.Millisecond
	full = time.Second + ms // after it every fade has ended
)

func config(change func(*fade.Config)) fade.Config {
	definition, _ := host.Lookup("fade")
	cfg := definition.Defaults.Interface().(fade.Config)
	cfg.Output = []plugins.PWMOutput{"GPIO18"}
	cfg.Encoder.A, cfg.Encoder.B = "GPIO5", "GPIO6"
	if change != nil {
		change(&cfg)
	}
	return cfg
}

func start(t *plugins.Task, lamp *plugintest.Instance, change func(*fade.Config)) *plugintest.Instance {
	return lamp.StartPlugin(t, func(env plugins.Env) (plugins.Plugin, error) { return fade.New(env, config(change)) })
}

// run starts a lamp and calls body, at the end of which the lamp is stopped.
func run(t *testing.T, change func(*fade.Config), body func(*plugins.Task, *plugintest.Harness)) {
	h := plugintest.New(t)
	h.Run(func(t *plugins.Task) error {
		lamp := start(t, h.Instance("lamp", "fade"), change)
		body(t, h)
		return lamp.Stop(t)
	})
}

func call(t *testing.T, h *plugintest.Harness, name, arg string) {
	t.Helper()
	if err := h.Bus.Call("lamp", name, arg); err != nil {
		t.Error(err)
	}
}

// leastLight is the duty cycle of a lightness of 1 %.
const leastLight = 73

// light is the duty cycle of a level at the default gamma.
func light(level float64) uint16 {
	return max(leastLight, uint16(math.Round(65535*math.Pow(level, 2.8))))
}

func wantDuty(t *testing.T, h *plugintest.Harness, want uint16) {
	t.Helper()
	if got := h.Board.Duty("GPIO18"); got != want {
		t.Errorf("the duty cycle is %d, want %d", got, want)
	}
}

func TestTheLampFollowsTheEncoder(t *testing.T) {
	run(t, nil, func(task *plugins.Task, h *plugintest.Harness) {
		encoder := sim.NewKnob(h.Board, "GPIO5", "GPIO6", 1)
		for i := 1; i <= 20; i++ {
			encoder.Turn(task, 1, 60*ms)
			task.Sleep(full)
			wantDuty(t, h, light(float64(i)/20))
		}
	})
}

func TestTwoHundredDetentsInEachDirectionAreCounted(t *testing.T) {
	fine := func(c *fade.Config) { c.Step = 0.005 }
	run(t, fine, func(task *plugins.Task, h *plugintest.Harness) {
		encoder := sim.NewKnob(h.Board, "GPIO5", "GPIO6", 2)
		encoder.Turn(task, 199, 20*ms)
		task.Sleep(full)
		wantDuty(t, h, light(0.995))
		encoder.Turn(task, 1, 20*ms)
		task.Sleep(full)
		wantDuty(t, h, 65535)
		encoder.Turn(task, -199, 20*ms)
		task.Sleep(full)
		wantDuty(t, h, leastLight)
		encoder.Turn(task, -1, 20*ms)
		task.Sleep(full)
		wantDuty(t, h, 0)
	})
}

func TestAtALimitTheFirstDetentBackChangesTheLevel(t *testing.T) {
	run(t, nil, func(task *plugins.Task, h *plugintest.Harness) {
		encoder := sim.NewKnob(h.Board, "GPIO5", "GPIO6", 3)
		encoder.Turn(task, 50, 40*ms)
		encoder.Turn(task, -1, 40*ms)
		task.Sleep(full)
		wantDuty(t, h, light(0.95))
		encoder.Turn(task, -50, 40*ms)
		encoder.Turn(task, 1, 40*ms)
		task.Sleep(full)
		wantDuty(t, h, light(0.05))
	})
}

func TestEncodersWithFourTwoAndOneStepsPerDetent(t *testing.T) {
	for _, steps := range []int{4, 2, 1} {
		for _, reverse := range []bool{false, true} {
			change := func(c *fade.Config) { c.Encoder.StepsPerDetent, c.Encoder.Reverse = steps, reverse }
			run(t, change, func(task *plugins.Task, h *plugintest.Harness) {
				encoder := sim.NewKnob(h.Board, "GPIO5", "GPIO6", 4)
				encoder.CodesPerDetent = steps
				direction := 1
				if reverse {
					direction = -1
				}
				encoder.Turn(task, 11*direction, 60*ms)
				encoder.Turn(task, -4*direction, 60*ms)
				task.Sleep(full)
				wantDuty(t, h, light(0.35))
			})
		}
	}
}

func TestAcceleration(t *testing.T) {
	change := func(c *fade.Config) { c.Step, c.Encoder.Acceleration = 0.01, 5 }
	run(t, change, func(task *plugins.Task, h *plugintest.Harness) {
		encoder := sim.NewKnob(h.Board, "GPIO5", "GPIO6", 5)
		encoder.Turn(task, 10, 250*ms)
		task.Sleep(full)
		wantDuty(t, h, light(0.1))
		encoder.Turn(task, 25, 25*ms)
		task.Sleep(full)
		wantDuty(t, h, 65535)
	})
}

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

func TestADetentDuringAFadeToOffContinuesFromThePresentLevel(t *testing.T) {
	run(t, nil, func(task *plugins.Task, h *plugintest.Harness) {
		call(t, h, "set", "80%")
		task.Sleep(full)
		call(t, h, "off", "")
		task.Sleep(400 * ms)
		call(t, h, "up", "") // at 40 %
		task.Sleep(full)
		wantDuty(t, h, light(0.45))
	})
}

func TestTwoDetentsOfASlipAreTwoSteps(t *testing.T) {
	run(t, func(c *fade.Config) { c.Encoder.Acceleration = 4 }, func(task *plugins.Task, h *plugintest.Harness) {
		sim.NewKnob(h.Board, "GPIO5", "GPIO6", 7).Turn(task, 2, 5*ms)
		task.Sleep(full)
		wantDuty(t, h, light(0.1))
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

func TestALampWithoutAnEncoder(t *testing.T) {
	run(t, func(c *fade.Config) { c.Encoder.A, c.Encoder.B = "", "" }, func(task *plugins.Task, h *plugintest.Harness) {
		call(t, h, "on", "")
		task.Sleep(full)
		wantDuty(t, h, 65535)
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
		file := filepath.Join(string(instance.Storage.(host.StorageDir)), "level.json")
		saved := func() string {
			data, err := os.ReadFile(file)
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
			t.Errorf("%s was written while the level was still changing", file)
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
		blocker := filepath.Join(string(instance.Storage.(host.StorageDir)), "file")
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
