package fade_test

import (
	"math"
	"testing"

	"ptvd/internal/gpio/sim"
	"ptvd/plugins"
	"ptvd/plugins/fade"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/topics"
)

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

func TestALampWithoutAnEncoder(t *testing.T) {
	run(t, func(c *fade.Config) { c.Encoder.A, c.Encoder.B = "", "" }, func(task *plugins.Task, h *plugintest.Harness) {
		call(t, h, "on", "")
		task.Sleep(full)
		wantDuty(t, h, 65535)
	})
}

// The knob may stand between two detents when the daemon starts. At most its first detent is
// lost, and none after a reversal.
func TestAKnobThatIsOffItsDetentAtTheStart(t *testing.T) {
	for off := 1; off < 4; off++ {
		h := plugintest.New(t)
		h.Run(func(task *plugins.Task) error {
			encoder := sim.NewKnob(h.Board, "GPIO5", "GPIO6", 8)
			encoder.CodesPerDetent = off
			encoder.Turn(task, 1, 60*ms)
			lamp := start(task, h.Instance("lamp", "fade"), nil)
			call(t, h, "set", "50%")
			encoder.CodesPerDetent = 4 - off // to the detent
			encoder.Turn(task, 1, 60*ms)
			task.Sleep(full)
			level := plugintest.Subscribe[topics.Level](h, "lamp", "level")
			first, _ := level.Get()
			if first.Goal != 0.5 && first.Goal != 0.55 {
				t.Errorf("%d codes off: the first detent made it %v", off, first.Goal)
			}
			encoder.CodesPerDetent = 4
			want := first.Goal
			for _, detents := range []int{-1, 1, 1, -1, -3, 2} {
				want += float64(detents) * 0.05
				encoder.Turn(task, detents, 60*ms)
				if got, _ := level.Get(); math.Abs(got.Goal-want) > 1e-9 {
					t.Errorf("%d codes off: %v after %d detents, want %v", off, got.Goal, detents, want)
				}
				task.Sleep(full)
			}
			return lamp.Stop(task)
		})
	}
}

func TestADetentIsCountedAtItsLastEdge(t *testing.T) {
	run(t, nil, func(task *plugins.Task, h *plugintest.Harness) {
		level := plugintest.Subscribe[topics.Level](h, "lamp", "level")
		for _, line := range []string{"GPIO5", "GPIO6"} {
			h.Board.Drive(line, plugins.Low)
			task.Sleep(10 * ms)
		}
		h.Board.Float("GPIO5")
		task.Sleep(10 * ms)
		if got, _ := level.Get(); got.Goal != 0 {
			t.Errorf("%v before the last edge", got.Goal)
		}
		h.Board.Float("GPIO6")
		task.Sleep(1)
		if got, _ := level.Get(); got.Goal != 0.05 {
			t.Errorf("%v a nanosecond after it", got.Goal)
		}
	})
}
