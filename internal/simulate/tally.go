package simulate

import "ptvd/plugins"

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

type tallyman struct{}

func newTallyman(env plugins.Env, _ struct{}) (plugins.Plugin, error) {
	net, ok := env.Net.HTTP.(*internet)
	if !ok { // a configuration is only checked
		return tallyman{}, nil
	}
	count := func(action string, n *int, then ...plugins.Action) {
		env.Handle(action, func(string) error {
			*n++
			for _, a := range then {
				if err := env.Call(a); err != nil {
					env.Log.Debug("nobody there", "action", a, "error", err)
				}
			}
			return nil
		})
	}
	count("click", &net.tally.click, plugins.Action{Instance: "panel", Name: "next"})
	count("double", &net.tally.double, plugins.Action{Instance: "panel", Name: "minutes"}, plugins.Action{Instance: "chaos", Name: "poke"})
	count("long", &net.tally.long, plugins.Action{Instance: "lamp", Name: "toggle"})
	for i, name := range spareNames {
		count(name, &net.spared[i])
	}
	return tallyman{}, nil
}

func (tallyman) Start(*plugins.Task) error { return nil }
func (tallyman) Stop(*plugins.Task) error  { return nil }
