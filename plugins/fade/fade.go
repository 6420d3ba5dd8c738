// Package fade dims a lamp on PWM outputs after a rotary encoder and actions.
//
// The lamp follows a goal that may change at any time; the light never jumps.
// While nothing moves, nothing wakes.
package fade

import (
	"errors"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/topics"
)

const topic = "level"

func init() {
	plugins.Register(plugins.Spec[Config]{
		Name: "fade",
		Doc:  "dims a lamp on PWM outputs after a rotary encoder and actions",
		Defaults: Config{
			Frequency: 1000,
			Encoder:   Encoder{Pull: plugins.PullUp, StepsPerDetent: 4, Acceleration: 1},
			Max:       1, Step: 0.05, Duration: time.Second, Gamma: 2.8, Restore: "last", AtStop: "off",
		},
		Topics: []plugins.Topic{
			plugins.Publishes[topics.Level](topic, "how bright the lamp is, and where it is going"),
		},
		Actions: []plugins.ActionSpec{
			{Name: "toggle", Doc: "goes off, or back to the last level"},
			{Name: "on", Doc: "goes to the last level"},
			{Name: "off", Doc: "goes off"},
			{Name: "set", Doc: "goes to a level", Arg: "a level, such as 40%", Test: testLevel},
			{Name: "up", Doc: "goes up by a step"},
			{Name: "down", Doc: "goes down by a step"},
		},
		New: New,
	})
}

func testLevel(arg string) error {
	var p plugins.Percent
	return p.UnmarshalText([]byte(arg))
}

// New returns a lamp that is not lit yet.
func New(env plugins.Env, cfg Config) (plugins.Plugin, error) {
	return &lamp{
		env:    env,
		cfg:    cfg,
		dimmer: dimmer{least: float64(cfg.Min), most: float64(cfg.Max), step: float64(cfg.Step)},
		fader:  fader{sweep: cfg.Duration},
		memory: memory{state: env.State},
		level:  plugins.Publish[topics.Level](env, topic),
	}, nil
}

type lamp struct {
	env     plugins.Env
	cfg     Config
	dimmer  dimmer
	fader   fader
	memory  memory
	outputs []plugins.PWM
	duty    uint16 // of all outputs
	turned  int    // detents up, less those down
	level   plugins.Publisher[topics.Level]
	moved   plugins.Event // for the task that fades
	changed plugins.Event // for the task that saves
}

// Start opens the outputs and the knob, and goes to the level that the lamp had.
func (l *lamp) Start(t *plugins.Task) error {
	if err := l.restore(t); err != nil {
		return err
	}
	if err := l.openOutputs(t); err != nil {
		return err
	}
	if l.cfg.Encoder.A != "" {
		if err := l.watchKnob(t); err != nil {
			return err
		}
	}
	l.handle()
	l.env.GoUrgent("fade", l.follow)
	l.env.Go("save", l.keep)
	l.aim()
	return nil
}

func (l *lamp) openOutputs(t *plugins.Task) error {
	for _, name := range l.cfg.Output {
		output, err := l.env.Board.PWM(t, string(name), time.Second/time.Duration(l.cfg.Frequency))
		if err != nil {
			return err
		}
		l.outputs = append(l.outputs, output)
	}
	return nil
}

// Stop switches the lamp off, if it is to be, and saves the level that it had.
func (l *lamp) Stop(t *plugins.Task) error {
	var errs []error
	if l.cfg.AtStop == "off" {
		for _, output := range l.outputs {
			errs = append(errs, output.SetDuty(0))
		}
		l.level.Set(topics.Level{})
	}
	errs = append(errs, l.memory.save(t, l.dimmer.levels))
	return errors.Join(errs...)
}

// restore takes up the level of the run before. Without one the lamp is off, and
// comes on at its brightest.
func (l *lamp) restore(t *plugins.Task) error {
	saved, err := l.memory.load(t)
	switch {
	case errors.Is(err, plugins.ErrCancelled):
		return err
	case err != nil:
		l.env.Log.Warn("the lamp's level is lost: it starts anew", "err", err)
	}
	if saved == (levels{}) {
		saved.Last = float64(l.cfg.Max)
	}
	l.dimmer.restore(l.cfg.Restore, saved)
	return nil
}

func (l *lamp) handle() {
	handle := func(name string, do func()) {
		l.env.Handle(name, func(string) error {
			do()
			l.aim()
			return nil
		})
	}
	handle("toggle", l.dimmer.toggle)
	handle("on", l.dimmer.on)
	handle("off", l.dimmer.off)
	handle("up", func() { l.turn(1, 1) })
	handle("down", func() { l.turn(-1, 1) })
	l.env.Handle("set", func(arg string) error {
		var level plugins.Percent
		if err := level.UnmarshalText([]byte(arg)); err != nil {
			return err
		}
		l.dimmer.set(float64(level))
		l.aim()
		return nil
	})
}

// turn turns the dimmer by detents, each of which makes so many steps.
func (l *lamp) turn(detents int, steps float64) {
	l.turned += detents
	l.dimmer.turn(float64(detents) * steps)
}

// aim sends the fader to where the dimmer stands now.
func (l *lamp) aim() {
	now := l.env.Loop.Now()
	if l.dimmer.Goal != l.fader.goal {
		l.fader.aim(l.dimmer.Goal, now)
		l.moved.Set()
	}
	l.publish(l.fader.level(now)) // also at an end stop: others see the knob turn
	l.changed.Set()
}
