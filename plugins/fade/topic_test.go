package fade_test

import (
	"testing"

	"ptvd/internal/gpio/sim"
	"ptvd/plugins"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/topics"
)

func TestTheLevelIsPublishedDuringAFade(t *testing.T) {
	run(t, nil, func(task *plugins.Task, h *plugintest.Harness) {
		level := plugintest.Subscribe[topics.Level](h, "lamp", "level")
		call(t, h, "set", "50%")
		if got, ok := level.Get(); !ok || got != (topics.Level{Goal: 0.5}) {
			t.Errorf("at once: %+v, %v", got, ok)
		}
		task.Sleep(250 * ms)
		if got, _ := level.Get(); got.Goal != 0.5 || got.Now < 0.2 || got.Now > 0.25 || got.Duty != h.Board.Duty("GPIO18") {
			t.Errorf("during the fade: %+v", got)
		}
		task.Sleep(full)
		if got, _ := level.Get(); got != (topics.Level{Goal: 0.5, Now: 0.5, Duty: light(0.5)}) {
			t.Errorf("after the fade: %+v", got)
		}
		before := level.Version()
		task.Sleep(full)
		if level.Version() != before {
			t.Error("a value was published without a change")
		}
	})
}

func TestTurnedIsPublishedAlsoAtALimit(t *testing.T) {
	run(t, nil, func(task *plugins.Task, h *plugintest.Harness) {
		level := plugintest.Subscribe[topics.Level](h, "lamp", "level")
		sim.NewKnob(h.Board, "GPIO5", "GPIO6", 1).Turn(task, -3, 60*ms)
		if got, _ := level.Get(); got != (topics.Level{Turned: -3}) {
			t.Errorf("turned down when off: %+v", got)
		}
		call(t, h, "up", "")
		if got, _ := level.Get(); got != (topics.Level{Goal: 0.05, Turned: -2}) {
			t.Errorf("the action up: %+v", got)
		}
	})
}
