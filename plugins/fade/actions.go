package fade

import "ptvd/plugins"

var (
	toggle = plugins.NewAction("toggle", "switches the lamp off, or on at its last level")
	on     = plugins.NewAction("on", "switches the lamp on at its last level")
	off    = plugins.NewAction("off", "switches the lamp off")
	set    = plugins.NewAction("set", "sets the level", plugins.Arg("a level, such as 40%", checkLevel))
	up     = plugins.NewAction("up", "raises the level by one step")
	down   = plugins.NewAction("down", "lowers the level by one step")
)

func checkLevel(arg string) error {
	var level plugins.Percent
	return level.UnmarshalText([]byte(arg))
}

func (l *lamp) handleActions() {
	handle := func(a *plugins.Action, do func()) {
		a.Handle(l.env, func(string) error {
			do()
			l.fadeToGoal()
			return nil
		})
	}
	handle(toggle, l.dimmer.toggle)
	handle(on, l.dimmer.on)
	handle(off, l.dimmer.off)
	handle(up, func() { l.turn(1, 1, l.env.Now()) })
	handle(down, func() { l.turn(-1, 1, l.env.Now()) })
	set.Handle(l.env, func(arg string) error {
		var level plugins.Percent
		if err := level.UnmarshalText([]byte(arg)); err != nil {
			return err
		}
		l.dimmer.set(float64(level))
		l.fadeToGoal()
		return nil
	})
}

// turn changes the goal by detents of so many steps each.
func (l *lamp) turn(detents int, steps float64, at plugins.Instant) {
	l.turned += detents
	l.dimmer.turn(float64(detents)*steps, l.fader.level(at))
}

// fadeToGoal starts a fade if the dimmer has a new goal, and publishes the goal.
func (l *lamp) fadeToGoal() {
	l.startFade(l.env.Now())
	l.publish(l.fader.level(l.changedAt))
}

func (l *lamp) startFade(at plugins.Instant) {
	l.changedAt = at
	if l.dimmer.Goal != l.fader.goal {
		l.fader.fadeTo(l.dimmer.Goal, at)
		l.goalChanged.Set()
	}
	l.levelsChanged.Set()
}
