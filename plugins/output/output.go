// Package output switches a relay, or whatever else hangs on a line of the board.
package output

import (
	"context"
	"errors"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/topics"
)

// Config is the configuration of an output.
type Config struct {
	Pin      plugins.Pin   `yaml:"pin" doc:"the GPIO line that switches it" required:"true"`
	Inverted bool          `yaml:"inverted" doc:"true if it is on while the line is low, as with most relay boards"`
	Pulse    time.Duration `yaml:"pulse" doc:"for how long the action pulse switches it on" min:"10ms" max:"24h"`
	AtStop   string        `yaml:"at_stop" doc:"what happens when the daemon stops: it is switched off, or it is kept as it is and continued at the next start; not all drivers keep a line that nobody uses" oneof:"off keep"`
}

var (
	on     = plugins.NewAction("on", "switches it on")
	off    = plugins.NewAction("off", "switches it off")
	toggle = plugins.NewAction("toggle", "switches it off or on")
	pulse  = plugins.NewAction("pulse", "switches it on for a while")

	state = plugins.NewTopic[topics.Switch]("state", "whether it is on", plugins.State(0))
)

func init() {
	plugins.Register(plugins.Spec[Config]{
		Name:     "output",
		Doc:      "switches a relay, or whatever else hangs on a line",
		Defaults: Config{Pulse: 500 * time.Millisecond, AtStop: "off"},
		Topics:   plugins.Topics(state),
		Actions:  plugins.Actions(on, off, toggle, pulse),
		New:      New,
	})
}

// New returns an output that is not started.
func New(env plugins.Env, cfg Config) (plugins.Plugin, error) {
	return &output{env: env, cfg: cfg, until: plugins.Never}, nil
}

type output struct {
	env     plugins.Env
	cfg     Config
	line    *plugins.Output
	on      bool
	until   plugins.Instant // the end of a pulse; Never: there is none
	changed plugins.Event   // on or until
}

// Start opens the line and begins to obey actions.
func (o *output) Start(t *plugins.Task) (err error) {
	if o.cfg.AtStop == "keep" {
		if err := o.restore(t); err != nil {
			return err
		}
	}
	if err := o.open(t); err != nil {
		return err
	}
	handle := func(a *plugins.Action, change func()) {
		a.Handle(o.env, func(string) error {
			change()
			o.changed.Set()
			return nil
		})
	}
	handle(on, func() { o.on, o.until = true, plugins.Never })
	handle(off, func() { o.on, o.until = false, plugins.Never })
	handle(toggle, func() { o.on, o.until = !o.on, plugins.Never })
	handle(pulse, func() { o.on, o.until = true, o.env.Now().Add(o.cfg.Pulse) })
	o.env.GoUrgent("switch", o.follow)
	return nil
}

// Stop leaves the line as the configuration says.
func (o *output) Stop(t *plugins.Task) error {
	if o.line == nil {
		return nil // Start did not get that far
	}
	if o.cfg.AtStop == "keep" {
		o.on = o.on && o.until == plugins.Never // a pulse is not continued
		return errors.Join(o.set(t), o.save(t))
	}
	o.on = false
	return o.set(t)
}

func (o *output) open(t *plugins.Task) (err error) {
	o.line, err = o.env.Board.Output(t, string(o.cfg.Pin), o.level())
	return err
}

// follow sets the line whenever an action or the end of a pulse changes it.
func (o *output) follow(t *plugins.Task) error {
	for {
		if err := o.set(t); err != nil {
			return err
		}
		err := t.Timeout(o.until.Sub(t.Now()), func() error { return o.changed.Wait(t) })
		switch {
		case errors.Is(err, plugins.ErrTimeout):
			o.on, o.until = false, plugins.Never
		case err != nil:
			return err
		}
		o.changed.Clear()
	}
}

func (o *output) set(t *plugins.Task) error {
	on := o.on
	if err := o.line.Set(t, o.level()); err != nil {
		return err
	}
	state.Set(o.env, topics.Switch{On: on})
	return nil
}

func (o *output) level() plugins.Level { return plugins.Level(o.on != o.cfg.Inverted) }

// stateFile holds "on" if an output with at_stop: keep was on.
const stateFile = "state"

func (o *output) save(t *plugins.Task) error {
	text := []byte("off")
	if o.on {
		text = []byte("on")
	}
	return plugins.Do(t, func() error { return o.env.Storage.Save(stateFile, text) })
}

func (o *output) restore(t *plugins.Task) error {
	text, err := plugins.Await(t, func(context.Context) ([]byte, error) { return o.env.Storage.Load(stateFile) })
	switch {
	case errors.Is(err, plugins.ErrCancelled):
		return err
	case err != nil:
		o.env.Log.Warn("loading the saved state failed; starting switched off", "err", err)
	}
	o.on = string(text) == "on"
	return nil
}

// HardwareTests has one test: a person watches or hears how it is switched.
func (o *output) HardwareTests() []plugins.HardwareTest {
	return []plugins.HardwareTest{{Parts: []string{string(o.cfg.Pin)}, Run: o.testHardware}}
}

// testPeriod is how long it is on, and how long off.
const testPeriod = time.Second

func (o *output) testHardware(t *plugins.Task, report plugins.Reporter) error {
	if err := o.open(t); err != nil {
		return err
	}
	report.Info("%s is switched on and off, %v each. If it is on when it should be off: set inverted: %v. If nothing happens: check the wire, and that the relay has its own supply and a common ground.", o.cfg.Pin, testPeriod, !o.cfg.Inverted)
	for {
		if err := t.Sleep(testPeriod); err != nil {
			o.on = false
			return errors.Join(err, o.line.Set(t, o.level()))
		}
		o.on = !o.on
		if err := o.line.Set(t, o.level()); err != nil {
			return err
		}
	}
}
