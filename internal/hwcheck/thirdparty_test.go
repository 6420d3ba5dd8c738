package hwcheck_test

import (
	"strings"
	"testing"
	"time"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
	"ptvd/plugins"
)

// Config is that of two third-party plugins: one without a hardware test, and one
// whose test panics.
type Config struct {
	Pin  plugins.Pin `yaml:"pin" doc:"its line"`
	Door plugins.Pin `yaml:"door" doc:"another line"`
}

type plain struct{ plugins.Plugin }

type panics struct{ plugins.Plugin }

func (panics) HardwareTests() []plugins.HardwareTest {
	return []plugins.HardwareTest{{Parts: []string{"GPIO22"}, Run: func(*plugins.Task, plugins.Reporter) error { panic("boom") }}}
}

func init() {
	register := func(name string, p plugins.Plugin) {
		plugins.Register(plugins.Spec[Config]{Name: name, Doc: "from a third party", New: func(plugins.Env, Config) (plugins.Plugin, error) { return p, nil }})
	}
	register("plain", plain{})
	register("panics", panics{})
}

func TestChangesArePrintedForALineWithoutAHardwareTest(t *testing.T) {
	got := scenario{yaml: "  relay: {plugin: plain, pin: GPIO22}", person: func(_ *scheduler.Task, b *sim.Board) error {
		b.Drive("GPIO22", gpio.High)
		return nil
	}}.check(t)
	got.contains("GPIO22 is low. Its plugin has no hardware test", "1.0 s  relay  GPIO22 went high")
	got.succeeds()
}

func TestALineThatChangesAllTheTimeDoesNotFloodTheTerminal(t *testing.T) {
	got := scenario{yaml: "  relay: {plugin: plain, pin: GPIO22}", duration: 10 * time.Second, person: func(t *scheduler.Task, b *sim.Board) error {
		for tick := range t.Every(5 * time.Millisecond) {
			b.Drive("GPIO22", tick.N%2 == 0)
		}
		return nil
	}}.check(t)
	got.contains("GPIO22 went high", " more in this second")
	if n := len(got.text); n > 20*1000 {
		t.Errorf("ten seconds of changes printed %d bytes", n)
	}
}

func TestAPanicInOneTestDoesNotStopTheOthers(t *testing.T) {
	got := scenario{yaml: "  bad: {plugin: panics, pin: GPIO22, door: GPIO23}\n" + lamp, person: turns("GPIO5", "GPIO6", 4, 1)}.check(t)
	got.contains("bad   FAILED: panic: boom", "clockwise, total +1")
	got.contains("GPIO23 is low") // which the test does not open
	got.fails("hardware test failed: bad")
	if n := strings.Count(got.text, "FAILED"); n != 1 {
		t.Errorf("%d times FAILED", n)
	}
}
