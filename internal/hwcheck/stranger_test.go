package hwcheck_test

import (
	"strings"
	"testing"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
	"ptvd/plugins"
)

// Config is that of two plugins from elsewhere: one without trials, and one whose
// trial panics.
type Config struct {
	Pin  plugins.Pin `yaml:"pin" doc:"its line"`
	Door plugins.Pin `yaml:"door" doc:"another line"`
}

type plain struct{ plugins.Plugin }

type bomb struct{ plugins.Plugin }

func (bomb) HardwareTests() []plugins.HardwareTest {
	return []plugins.HardwareTest{{Parts: []string{"GPIO22"}, Run: func(*plugins.Task, plugins.Reporter) error { panic("boom") }}}
}

func init() {
	register := func(name string, p plugins.Plugin) {
		plugins.Register(plugins.Spec[Config]{Name: name, Doc: "from elsewhere", New: func(plugins.Env, Config) (plugins.Plugin, error) { return p, nil }})
	}
	register("plain", plain{})
	register("bomb", bomb{})
}

func TestALineOfAPluginWithoutTrialsIsListenedTo(t *testing.T) {
	got := table{yaml: "  relay: {plugin: plain, pin: GPIO22}", hands: func(_ *scheduler.Task, b *sim.Board) error {
		b.Drive("GPIO22", gpio.High)
		return nil
	}}.check(t)
	got.says("GPIO22 is low. Its plugin has no trial of its own", "1.0 s  relay  GPIO22 went high")
	got.isWell()
}

func TestATrialThatPanicsTakesNothingElseAlong(t *testing.T) {
	got := table{yaml: "  bad: {plugin: bomb, pin: GPIO22, door: GPIO23}\n" + lamp, hands: turns("GPIO5", "GPIO6", 4, 1)}.check(t)
	got.says("bad   FAILED: panic: boom", "clockwise, +1 in all")
	got.says("GPIO23 is low") // the line that its trial does not open
	got.fails("not everything works: bad")
	if n := strings.Count(got.text, "FAILED"); n != 1 {
		t.Errorf("%d things failed", n)
	}
}
