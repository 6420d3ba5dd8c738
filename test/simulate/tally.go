package simulate

import (
	"time"

	"ptvd/plugins"
)

// tally counts the gestures that reached an action.
type tally struct{ click, double, long int }

var (
	clickAction  = plugins.NewAction("click", "turns the panel's page")
	doubleAction = plugins.NewAction("double", "shows the minutes, and provokes chaos")
	longAction   = plugins.NewAction("long", "switches the lamp")
	spare        = [...]*plugins.Action{
		plugins.NewAction(spareNames[0], "counts the first spare button's clicks"),
		plugins.NewAction(spareNames[1], "counts the second one's"),
	}
)

func init() {
	plugins.Register(plugins.Spec[struct{}]{
		Name: "tally", Doc: "counts gestures, and passes them on",
		Actions: plugins.Actions(clickAction, doubleAction, longAction, spare[0], spare[1]),
		New:     newTallyman,
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
	count := func(action *plugins.Action, n *int, then ...plugins.ActionRef) {
		action.Handle(env, func(string) error {
			*n++
			for _, a := range then {
				if err := env.Call(a); err != nil {
					env.Log.Debug("nobody there", "action", a, "err", err)
				}
			}
			return nil
		})
	}
	count(clickAction, &w.tally.click, plugins.ActionRef{Instance: "panel", Name: "next"})
	count(doubleAction, &w.tally.double, plugins.ActionRef{Instance: "panel", Name: "minutes"}, plugins.ActionRef{Instance: "chaos", Name: "poke"})
	count(longAction, &w.tally.long, plugins.ActionRef{Instance: "lamp", Name: "toggle"})
	for i, action := range spare {
		count(action, &w.spared[i])
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
