// Package fade dims a lamp on PWM outputs, controlled by a rotary encoder and actions.
//
// The goal may change at any time; the brightness never jumps. While it does not change,
// no task wakes up.
package fade

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/topics"
)

// Config is the configuration of a lamp.
type Config struct {
	Output    []plugins.PWMOutput `yaml:"output" doc:"the PWM outputs that drive the lamp; several are faded together" required:"true"`
	Balance   []plugins.Percent   `yaml:"balance" doc:"the share of the light of each output, in the order of output, such as for warm and cold white; none: 100% each"`
	Inverted  bool                `yaml:"inverted" doc:"true if the driver inverts, so that the lamp is brightest while the output is low"`
	Frequency int                 `yaml:"frequency" doc:"the PWM frequency in Hz" min:"50" max:"50000"`
	Encoder   Encoder             `yaml:"encoder" doc:"the rotary encoder; without one, only actions change the level"`

	Min      plugins.Percent `yaml:"min" doc:"the lowest level of a lamp that is on; at 0% it is the least light that can be seen, and the encoder also turns the lamp off"`
	Max      plugins.Percent `yaml:"max" doc:"the highest level" min:"1%"`
	Step     plugins.Percent `yaml:"step" doc:"how far a detent of the encoder, and the actions up and down, change the level" min:"0.1%"`
	Duration time.Duration   `yaml:"duration" doc:"how long a fade from off to 100% takes; 0s: no fading" min:"0s" max:"10m"`
	Gamma    Gamma           `yaml:"gamma" doc:"how the brightness that is seen becomes a duty cycle: an exponent, or cie for CIE 1931 lightness"`
	Restore  string          `yaml:"restore" doc:"the level at the start: the last one, off, or on at the last level that was not off" oneof:"last off on"`
	AtStop   string          `yaml:"at_stop" doc:"what the lamp does when the daemon stops: go off, or keep its level until the next start" oneof:"off keep"`
}

// Encoder is the configuration of a rotary encoder.
type Encoder struct {
	A              plugins.Pin  `yaml:"a" doc:"the GPIO line of channel A"`
	B              plugins.Pin  `yaml:"b" doc:"the GPIO line of channel B"`
	Pull           plugins.Pull `yaml:"pull" doc:"the lines' pull resistors" oneof:"up down none"`
	StepsPerDetent int          `yaml:"steps_per_detent" doc:"code changes per detent; if only every second or fourth detent changes the level, write 2 or 1" oneof:"4 2 1"`
	Reverse        bool         `yaml:"reverse" doc:"reverse the direction of rotation"`
	Acceleration   float64      `yaml:"acceleration" doc:"how many steps a detent counts while the encoder is turned fast; 1: no acceleration" min:"1" max:"20"`
}

// Validate checks what the tags cannot express.
func (c Config) Validate() error {
	var errs []error
	if n := len(c.Balance); n > 0 && n != len(c.Output) {
		errs = append(errs, plugins.OptionErrorf("balance", "%d values for %d outputs; write one for each output", n, len(c.Output)))
	}
	if len(c.Balance) > 0 && slices.Max(c.Balance) == 0 {
		errs = append(errs, plugins.OptionErrorf("balance", "every output has 0%%, so the lamp never gives light; write more for one of them"))
	}
	if c.Frequency > maxSmoothFrequency {
		errs = append(errs, plugins.OptionWarningf("frequency", "dark levels change in visible steps, since the PWM clock of most boards is 10 MHz; write %d or less", maxSmoothFrequency))
	}
	if c.Min > c.Max {
		errs = append(errs, plugins.OptionErrorf("min", "min is above max; write a lower min or a higher max"))
	}
	switch e := c.Encoder; {
	case e.A == "" && e.B != "":
		errs = append(errs, plugins.OptionErrorf("encoder.a", "an encoder has two lines; add a, such as a: GPIO5"))
	case e.A != "" && e.B == "":
		errs = append(errs, plugins.OptionErrorf("encoder.b", "an encoder has two lines; add b, such as b: GPIO6"))
	}
	return errors.Join(errs...)
}

var brightness = plugins.NewTopic[topics.Level]("level", "the lamp's brightness, and the level that it fades to", plugins.State(0))

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
	}, nil
}

type lamp struct {
	env           plugins.Env
	cfg           Config
	dimmer        dimmer
	fader         fader
	outputs       []plugins.PWM
	duty          uint16        // see setOutputs
	turned        int           // detents clockwise minus detents counter-clockwise
	goalChanged   plugins.Event // for fade
	levelsChanged plugins.Event // for saveChanges
	changedAt     plugins.Instant
	saved         levels        // what the file has; zero: not known
	turns         plugins.Turns // of writing it
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
		in, decoder, err := l.openEncoder(t)
		if err != nil {
			return err
		}
		l.env.GoUrgent("encoder", func(t *plugins.Task) error { return l.followEncoder(t, in, decoder) })
	}
	l.handleActions()
	l.env.GoUrgent("fade", l.fade)
	l.env.Go("save", l.saveChanges)
	l.fadeToGoal()
	return nil
}

// Stop switches the lamp off unless at_stop is keep, and saves the level.
func (l *lamp) Stop(t *plugins.Task) error {
	var err error
	if l.cfg.AtStop == "off" {
		err = l.setOutputs(0)
		brightness.Set(l.env, topics.Level{})
	}
	l.dimmer.hold()
	return errors.Join(err, l.save(t))
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
	data, err := plugins.Await(t, func(context.Context) ([]byte, error) { return l.env.Storage.Load(stateFile) })
	if err == nil && data != nil {
		l.saved, err = decodeLevels(data)
	}
	switch {
	case errors.Is(err, plugins.ErrCancelled):
		return err
	case err != nil:
		l.env.Log.Warn("loading the saved level failed; using the default", "err", err)
	}
	saved := l.saved
	if saved == (levels{}) {
		saved.Last = float64(l.cfg.Max)
	}
	l.dimmer.restore(l.cfg.Restore, saved)
	return nil
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
		_ = level.UnmarshalText([]byte(arg)) // which checkLevel has accepted
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
