package simulate

import (
	"time"

	"ptvd/plugins"
)

// tally counts the gestures that reached an action.
type tally struct{ click, double, long int }

func init() {
	plugins.Register(plugins.Spec[struct{}]{
		Name: "tally", Doc: "counts gestures, and passes them on",
		Actions: []plugins.ActionSpec{
			{Name: "click", Doc: "turns the panel's page"},
			{Name: "double", Doc: "shows the minutes, and provokes chaos"},
			{Name: "long", Doc: "switches the lamp"},
			{Name: spareNames[0], Doc: "counts the first spare button's clicks"},
			{Name: spareNames[1], Doc: "counts the second one's"},
		},
		New: newTallyman,
	})
}

type tallyman struct {
	env plugins.Env
	*World
}

func newTallyman(env plugins.Env, _ struct{}) (plugins.Plugin, error) {
	net, ok := env.Net.HTTP.(*internet)
	if !ok { // a configuration is only checked
		return tallyman{}, nil
	}
	w := net.World
	count := func(action string, n *int, then ...plugins.Action) {
		env.Handle(action, func(string) error {
			*n++
			for _, a := range then {
				if err := env.Call(a); err != nil {
					env.Log.Debug("nobody there", "action", a, "err", err)
				}
			}
			return nil
		})
	}
	count("click", &w.tally.click, plugins.Action{Instance: "panel", Name: "next"})
	count("double", &w.tally.double, plugins.Action{Instance: "panel", Name: "minutes"}, plugins.Action{Instance: "chaos", Name: "poke"})
	count("long", &w.tally.long, plugins.Action{Instance: "lamp", Name: "toggle"})
	for i, name := range spareNames {
		count(name, &w.spared[i])
	}
	return tallyman{env, w}, nil
}

func (m tallyman) Start(*plugins.Task) error {
	m.env.Go("pulse", m.pulse)
	return nil
}

func (tallyman) Stop(*plugins.Task) error { return nil }

// pulse notices whether anything but a plugin that is let loose holds the loop: a
// network, a disk or a panel that takes its time does not.
func (m tallyman) pulse(t *plugins.Task) error {
	before := t.Now()
	for tick := range t.Every(time.Second) {
		late := t.Now().Sub(tick.Due)
		if (late > hair || tick.Missed > 0) && m.oracle.free() < before {
			m.fail("the loop was held: a tick came %v late, and %d before it not at all", late, tick.Missed)
		}
		before = t.Now()
	}
	return nil
}
