package simulate

import (
	"time"

	"ptvd/plugins"
)

// counter counts the calls of its actions, one for each gesture.
type counter struct{ click, double, long int }

var (
	clickAction  = plugins.NewAction("click", "shows the panel's next page")
	doubleAction = plugins.NewAction("double", "shows the minutes, and pokes chaos")
	longAction   = plugins.NewAction("long", "toggles the lamp")
	spareActions = [...]*plugins.Action{
		plugins.NewAction(spareNames[0], "counts clicks of the first spare button"),
		plugins.NewAction(spareNames[1], "counts clicks of the second spare button"),
	}
)

func init() {
	plugins.Register(plugins.Spec[struct{}]{
		Name: "counter", Doc: "counts gestures, and calls the panel and the lamp",
		Actions: plugins.Actions(clickAction, doubleAction, longAction, spareActions[0], spareActions[1]),
		New:     newCounterPlugin,
	})
}

type counterPlugin struct {
	env plugins.Env
	*World
}

func newCounterPlugin(env plugins.Env, _ struct{}) (plugins.Plugin, error) {
	net, ok := env.Net.HTTP.(*internet)
	if !ok { // the configuration is only checked
		return counterPlugin{}, nil
	}
	w := net.World
	count := func(action *plugins.Action, n *int, then ...plugins.ActionRef) {
		action.Handle(env, func(string) error {
			*n++
			for _, a := range then {
				if err := env.Call(a); err != nil {
					env.Log.Debug("action failed", "action", a, "err", err)
				}
			}
			return nil
		})
	}
	count(clickAction, &w.counter.click, plugins.ActionRef{Instance: "panel", Name: "next"})
	count(doubleAction, &w.counter.double, plugins.ActionRef{Instance: "panel", Name: "minutes"}, plugins.ActionRef{Instance: "chaos", Name: "poke"})
	count(longAction, &w.counter.long, plugins.ActionRef{Instance: "lamp", Name: "toggle"})
	for i, action := range spareActions {
		count(action, &w.spared[i])
	}
	return counterPlugin{env, w}, nil
}

func (m counterPlugin) Start(*plugins.Task) error {
	m.env.Go("tick", m.tick)
	return nil
}

func (counterPlugin) Stop(*plugins.Task) error { return nil }

// tick checks that nothing except the plugin chaos blocks the loop, such as a slow
// network, disk or panel.
func (m counterPlugin) tick(t *plugins.Task) error {
	before := t.Now()
	for tick := range t.Every(time.Second) {
		late := t.Now().Sub(tick.Due)
		if (late > epsilon || tick.Missed > 0) && m.oracle.freeSince() < before {
			m.fail("the loop was blocked: a tick came %v late, after %d that were missed", late, tick.Missed)
		}
		before = t.Now()
	}
	return nil
}
