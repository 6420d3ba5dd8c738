// Package fade dims a lamp on PWM outputs, controlled by a rotary encoder and actions.
//
// The goal may change at any time; the brightness never jumps. While it does not change,
// no task wakes up.
package fade

import (
	"errors"
	"reflect"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/topics"
)

var brightness = plugins.NewTopic[topics.Level]("level", "the lamp's brightness, and the level that it fades to", plugins.State(0))

func init() {
	plugins.Register(plugins.Spec[Config]{
		Name: "fade",
		Doc:  "dims a lamp on PWM outputs, controlled by a rotary encoder and actions",
		Defaults: Config{
			Frequency: 1000,
			Encoder:   Encoder{Pull: plugins.PullUp, StepsPerDetent: 4, Acceleration: 1},
			Max:       1, Step: 0.05, Duration: time.Second, Gamma: 2.8, Restore: "last", AtStop: "off",
		},
		Topics:  plugins.Topics(brightness),
		Actions: plugins.Actions(toggle, on, off, set, up, down),
		New:     New,
	})
}

// New returns a lamp that is not started.
func New(env plugins.Env, cfg Config) (plugins.Plugin, error) {
	return &lamp{
		env:    env,
		cfg:    cfg,
		dimmer: dimmer{minLevel: float64(cfg.Min), maxLevel: float64(cfg.Max), step: float64(cfg.Step)},
		fader:  fader{duration: cfg.Duration},
		store:  store{storage: env.Storage},
	}, nil
}

type lamp struct {
	env           plugins.Env
	cfg           Config
	dimmer        dimmer
	fader         fader
	store         store
	outputs       []plugins.PWM
	duty          uint16        // see setOutputs
	turned        int           // detents clockwise minus detents counter-clockwise
	goalChanged   plugins.Event // for fade
	levelsChanged plugins.Event // for saveChanges
	changedAt     plugins.Instant
}

// Start opens the outputs and the encoder, and restores the level.
func (l *lamp) Start(t *plugins.Task) error {
	if err := l.restore(t); err != nil {
		return err
	}
	if err := l.openOutputs(t); err != nil {
		return err
	}
	if err := l.adopt(); err != nil {
		return err
	}
	if l.cfg.Encoder.A != "" {
		if err := l.startEncoder(t); err != nil {
			return err
		}
	}
	l.handleActions()
	l.env.GoUrgent("fade", l.fade)
	l.env.Go("save", l.saveChanges)
	l.fadeToGoal()
	return nil
}

// Stop switches the lamp off unless at_stop is keep, and saves the level.
func (l *lamp) Stop(t *plugins.Task) error {
	var errs []error
	if l.cfg.AtStop == "off" {
		errs = append(errs, l.setOutputs(0))
		brightness.Set(l.env, topics.Level{})
	}
	l.dimmer.hold()
	errs = append(errs, l.store.save(t, l.dimmer.levels))
	return errors.Join(errs...)
}

// Update applies changes that do not need a restart, so that the lamp stays on. Other
// outputs and lines need one.
func (l *lamp) Update(_ *plugins.Task, cfg Config) error {
	was := l.cfg
	was.Min, was.Max, was.Step = cfg.Min, cfg.Max, cfg.Step
	was.Duration, was.Gamma, was.Restore = cfg.Duration, cfg.Gamma, cfg.Restore
	was.AtStop, was.Balance = cfg.AtStop, cfg.Balance
	was.Encoder.Reverse = cfg.Encoder.Reverse
	if !reflect.DeepEqual(was, cfg) {
		return plugins.ErrRestart
	}
	l.cfg = cfg
	l.dimmer.minLevel, l.dimmer.maxLevel, l.dimmer.step = float64(cfg.Min), float64(cfg.Max), float64(cfg.Step)
	l.dimmer.move(l.dimmer.Goal)
	l.fader.fadeTo(l.dimmer.Goal, l.env.Now()) // at the old speed up to now …
	l.fader.duration = cfg.Duration            // … and at the new speed from now on
	l.goalChanged.Set()
	return l.setOutputs(l.duty) // with the new balance
}

// restore loads the saved levels. Without any the lamp is off, and comes on at max.
func (l *lamp) restore(t *plugins.Task) error {
	saved, err := l.store.load(t)
	switch {
	case errors.Is(err, plugins.ErrCancelled):
		return err
	case err != nil:
		l.env.Log.Warn("loading the saved level failed; using the default", "err", err)
	}
	if saved == (levels{}) {
		saved.Last = float64(l.cfg.Max)
	}
	l.dimmer.restore(l.cfg.Restore, saved)
	return nil
}
