package fade

import (
	"math"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/topics"
)

// fader moves a level, 0 to 1 in perceived brightness, towards a goal at a constant
// speed. It is a function of time: if steps are late, the fade is less smooth but takes
// no longer.
type fader struct {
	duration time.Duration // from 0 to 1; 0: the goal is reached at once
	from     float64       // the level at since
	since    plugins.Instant
	goal     float64
}

// fadeTo sets a new goal. The fade continues from the level at now.
func (f *fader) fadeTo(goal float64, now plugins.Instant) {
	f.from, f.since, f.goal = f.level(now), now, goal
}

// level returns the level at an instant that is not before the latest fadeTo.
func (f *fader) level(now plugins.Instant) float64 {
	if now >= f.end() {
		return f.goal
	}
	change := float64(now.Sub(f.since)) / float64(f.duration)
	return f.from + math.Copysign(change, f.goal-f.from)
}

// end returns when the goal is reached.
func (f *fader) end() plugins.Instant {
	distance := math.Abs(f.goal - f.from)
	return f.since.Add(time.Duration(math.Ceil(distance * float64(f.duration))))
}

// The first step of a fade comes soon, so that the lamp responds at once to the encoder.
// The interval doubles up to maxInterval, at which steps cannot be seen.
const (
	minInterval = time.Millisecond
	maxInterval = 10 * time.Millisecond
)

func (l *lamp) fade(t *plugins.Task) error {
	for {
		if err := l.goalChanged.Wait(t); err != nil {
			return err
		}
		l.goalChanged.Clear()
		now := t.Now()
		for interval := minInterval; ; interval = min(2*interval, maxInterval) {
			if err := t.SleepUntil(min(now.Add(interval), max(now, l.fader.end()))); err != nil {
				return err
			}
			now = t.Now()
			level := l.fader.level(now)
			changed, err := l.show(level)
			if err != nil {
				return err
			}
			if changed {
				l.publish(level)
			}
			if now >= l.fader.end() {
				break
			}
		}
	}
}

// show sets all outputs to a level, if that changes their duty cycle.
func (l *lamp) show(level float64) (changed bool, err error) {
	duty := l.cfg.duty(level)
	if duty == l.duty {
		return false, nil
	}
	l.duty = duty
	return true, l.setOutputs(duty)
}

func (l *lamp) publish(level float64) {
	brightness.Set(l.env, topics.Level{Goal: l.fader.goal, Now: level, Duty: l.duty, Turned: l.turned})
}
