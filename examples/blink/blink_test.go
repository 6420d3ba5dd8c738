package blink_test

import (
	"testing"
	"time"

	_ "example.org/blink"
	"ptvd/plugins"
	"ptvd/plugins/plugintest"
)

func TestTheLightIsOnAndOffInTurn(t *testing.T) {
	h := plugintest.New(t)
	h.Run(func(task *plugins.Task) error {
		light := h.Start(task, "light", "{plugin: blink, pin: GPIO22, every: 1s}")
		for _, want := range []plugins.Level{plugins.High, plugins.Low, plugins.High} {
			if err := task.Sleep(time.Second); err != nil {
				return err
			}
			if got := h.Board.Level("GPIO22"); got == want {
				t.Errorf("the light is %v a second after it was %v", got, want)
			}
		}
		return light.Stop(task)
	})
	if h.Board.Level("GPIO22") {
		t.Error("the light is on after the stop")
	}
}
