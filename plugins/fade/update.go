package fade

import (
	"reflect"

	"ptvd/plugins"
)

// Update takes what concerns the light while it shines, so that it need not go
// out for a change of its pace. Other pins need a new start.
func (l *lamp) Update(_ *plugins.Task, cfg Config) error {
	was := l.cfg
	was.Min, was.Max, was.Step = cfg.Min, cfg.Max, cfg.Step
	was.Duration, was.Gamma, was.Restore = cfg.Duration, cfg.Gamma, cfg.Restore
	was.AtStop = cfg.AtStop
	was.Encoder.Reverse = cfg.Encoder.Reverse
	if !reflect.DeepEqual(was, cfg) {
		return plugins.ErrRestart
	}
	l.cfg = cfg
	l.dimmer.least, l.dimmer.most, l.dimmer.step = float64(cfg.Min), float64(cfg.Max), float64(cfg.Step)
	l.dimmer.set(l.dimmer.Goal)
	l.fader.aim(l.dimmer.Goal, l.env.Loop.Now()) // from where it is, at the old pace …
	l.fader.sweep = cfg.Duration                 // … and on at the new one
	l.moved.Set()
	return nil
}
