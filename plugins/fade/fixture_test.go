package fade_test

import (
	"math"
	"testing"
	"time"

	"ptvd/internal/host"
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
