package fade

import (
	"time"

	"ptvd/plugins"
	"ptvd/plugins/topics"
)

const (
	// firstStep is short, so that a hand sees its effect at once; later ones
	// are twice as long each, up to fullStep, which no eye resolves.
	firstStep = time.Millisecond
	fullStep  = 10 * time.Millisecond
)

// follow fades the lamp towards its goal, and sleeps while it is there.
func (l *lamp) follow(t *plugins.Task) error {
	for {
		if err := l.moved.Wait(t); err != nil {
			return err
		}
		l.moved.Clear()
		for step := firstStep; ; step = min(2*step, fullStep) {
			now := t.Now()
			if err := l.show(l.fader.level(now)); err != nil {
				return err
			}
			if now >= l.fader.arrives() {
				break
			}
			if err := t.SleepUntil(min(now.Add(step), l.fader.arrives())); err != nil {
				return err
			}
		}
	}
}

// show sets all outputs to a level.
func (l *lamp) show(level float64) error {
	duty := l.cfg.Gamma.duty(level)
	if duty == l.duty {
		return nil
	}
	l.duty = duty
	l.publish(level)
	for _, output := range l.outputs {
		if err := output.SetDuty(duty); err != nil {
			return err
		}
	}
	return nil
}

// publish tells others how bright the lamp is.
func (l *lamp) publish(level float64) {
	l.level.Set(topics.Level{Goal: l.fader.goal, Now: level, Duty: l.duty, Turned: l.turned})
}
