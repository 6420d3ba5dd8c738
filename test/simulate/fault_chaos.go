package simulate

import (
	"errors"
	"math/rand/v2"
	"time"

	"ptvd/plugins"
)

// chaos makes instances of the plugin chaos misbehave.
type chaos struct {
	*World
	mode string // one of chaosModes; empty: it works
	rng  *rand.Rand
}

var chaosModes = []string{
	"start fails", "start panics", "a task fails", "a task panics", "an action panics",
	"start hangs", "stop fails", "stop panics", "stop hangs", "a task blocks the loop", "start blocks the loop",
}

// fault is the family: a plugin misbehaves.
func (c *chaos) fault() fault {
	return fault{
		name: "chaos", rests: 90 * time.Minute, lasts: 4 * time.Minute,
		begin: func(rng *rand.Rand) string {
			c.mode, c.rng = chaosModes[rng.IntN(len(chaosModes))], rng
			return c.mode
		},
		end: func() { c.mode = "" },
	}
}

// failStarts makes the plugin's starts fail, for some minutes at most.
func (c *chaos) failStarts(rng *rand.Rand) {
	mode := []string{"start fails", "start panics", "start hangs"}[rng.IntN(3)]
	c.mode = mode
	ends := min(about(rng, 2*time.Minute), 5*time.Minute)
	c.clock.Work(func() {
		if c.sleep(ends); c.mode == mode {
			c.mode = ""
		}
	})
}

func init() {
	plugins.Register(plugins.Spec[chaosConfig]{
		Name: "chaos", Doc: "fails in every way that a plugin can", New: newChaosPlugin,
		Actions: plugins.Actions(poke),
	})
}

// chaosConfig has an option whose change makes a reload restart the instance.
type chaosConfig struct {
	Version int `yaml:"version" doc:"how often it was changed"`
}

var poke = plugins.NewAction("poke", "panics in one mode")

// chaosPlugin is an instance of the plugin.
type chaosPlugin struct {
	env plugins.Env
	*chaos
}

func newChaosPlugin(env plugins.Env, _ chaosConfig) (plugins.Plugin, error) {
	m := &chaosPlugin{env: env}
	if net, ok := env.Net.HTTP.(*internet); ok { // otherwise the configuration is only checked
		m.chaos = &net.chaos
	}
	return m, nil
}

var errChaos = errors.New("injected failure")

func (m *chaosPlugin) Start(t *plugins.Task) error {
	poke.Handle(m.env, func(string) error {
		if m.mode == "an action panics" {
			panic("in an action")
		}
		return nil
	})
	m.env.Go("misbehave", m.misbehave)
	switch m.mode {
	case "start fails":
		return errChaos
	case "start hangs":
		return t.Sleep(100 * time.Hour)
	case "start panics":
		panic("at the start")
	case "start blocks the loop":
		m.block()
	}
	return nil
}

func (m *chaosPlugin) misbehave(t *plugins.Task) error {
	for range t.Every(10 * time.Second) {
		switch m.mode {
		case "a task fails", "stop fails", "stop panics", "stop hangs":
			return errChaos
		case "a task panics":
			panic("in a task")
		case "a task blocks the loop":
			m.block()
		}
	}
	return nil
}

func (m *chaosPlugin) Stop(t *plugins.Task) error {
	switch m.mode {
	case "stop fails":
		return errChaos
	case "stop panics":
		panic("at the stop")
	case "stop hangs":
		return t.Sleep(time.Hour)
	}
	return nil
}

// block blocks the loop for up to three seconds, while the world goes on.
func (m *chaosPlugin) block() {
	w := m.World
	w.oracle.loopBlocked()
	w.autopilot.blocks++
	duration := time.Duration(m.rng.Int64N(int64(3 * time.Second)))
	w.pass(duration)
	w.oracle.loopResumed()
	if duration >= time.Second {
		w.clock.Work(w.checkBlameOfChaos)
	}
}

// checkBlameOfChaos checks that the health names the plugin that blocked the loop.
func (w *World) checkBlameOfChaos() {
	boots := w.boots
	if w.sleep(epsilon); boots == w.boots && w.oracle.on {
		w.checkDegraded("chaos", "")
	}
}
