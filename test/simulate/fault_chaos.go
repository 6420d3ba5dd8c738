package simulate

import (
	"errors"
	"math/rand/v2"
	"time"

	"ptvd/plugins"
)

// chaos is what a plugin does that is not to be trusted; empty: nothing.
type chaos struct {
	*World
	mood string
	dice *rand.Rand
}

var moods = []string{
	"start fails", "start panics", "a task fails", "a task panics", "an action panics",
	"start hangs", "stop fails", "stop panics", "stop hangs", "a task holds the loop", "start holds the loop",
}

// fault is the family: a plugin goes wild.
func (c *chaos) fault() fault {
	return fault{
		name: "chaos", rests: 90 * time.Minute, lasts: 4 * time.Minute,
		begin: func(dice *rand.Rand) string {
			c.mood, c.dice = moods[dice.IntN(len(moods))], dice
			return c.mood
		},
		end: func() { c.mood = "" },
	}
}

// startsBadly lets it fail from its next start on, for some minutes at most.
func (c *chaos) startsBadly(dice *rand.Rand) {
	mood := []string{"start fails", "start panics", "start hangs"}[dice.IntN(3)]
	c.mood = mood
	ends := min(about(dice, 2*time.Minute), 5*time.Minute)
	c.clock.Work(func() {
		if c.sleep(ends); c.mood == mood {
			c.mood = ""
		}
	})
}

func init() {
	plugins.Register(plugins.Spec[wildConfig]{
		Name: "chaos", Doc: "fails in every way that a plugin can", New: newWild,
		Actions: plugins.Actions(poke),
	})
}

// wildConfig has something to change, so that a reload starts the instance anew.
type wildConfig struct {
	Turn int `yaml:"turn" doc:"how often it was changed"`
}

var poke = plugins.NewAction("poke", "provokes it")

// wild is an instance of chaos.
type wild struct {
	env plugins.Env
	*chaos
}

func newWild(env plugins.Env, _ wildConfig) (plugins.Plugin, error) {
	m := &wild{env: env}
	if net, ok := env.Net.HTTP.(*internet); ok { // not where a configuration is only checked
		m.chaos = &net.chaos
	}
	return m, nil
}

var errWild = errors.New("for no reason at all")

func (m *wild) Start(t *plugins.Task) error {
	poke.Handle(m.env, func(string) error {
		if m.mood == "an action panics" {
			panic("poked")
		}
		return nil
	})
	m.env.Go("rage", m.rage)
	switch m.mood {
	case "start fails":
		return errWild
	case "start hangs":
		return t.Sleep(100 * time.Hour)
	case "start panics":
		panic("at the start")
	case "start holds the loop":
		m.hold()
	}
	return nil
}

func (m *wild) rage(t *plugins.Task) error {
	for range t.Every(10 * time.Second) {
		switch m.mood {
		case "a task fails", "stop fails", "stop panics", "stop hangs":
			return errWild
		case "a task panics":
			panic("in a task")
		case "a task holds the loop":
			m.hold()
		}
	}
	return nil
}

func (m *wild) Stop(t *plugins.Task) error {
	switch m.mood {
	case "stop fails":
		return errWild
	case "stop panics":
		panic("at the stop")
	case "stop hangs":
		return t.Sleep(time.Hour)
	}
	return nil
}

// hold keeps the loop for up to some seconds, in which nothing else on it runs and
// the world goes on.
func (m *wild) hold() {
	w := m.World
	w.oracle.stallBegins()
	w.visitor.stalls++
	held := time.Duration(m.dice.Int64N(int64(3 * time.Second)))
	w.pass(held)
	w.oracle.stallEnds()
	if held >= time.Second {
		w.clock.Work(w.mustBlameChaos)
	}
}

// mustBlameChaos finds out whether people are told who held the loop.
func (w *World) mustBlameChaos() {
	boots := w.boots
	if w.sleep(hair); boots == w.boots && w.oracle.on {
		w.mustBeIll("chaos", "")
	}
}
