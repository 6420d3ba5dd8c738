// Package blink is a plugin for ptvd that blinks an LED: an example of all that a
// plugin needs, in a module of its own.
package blink

import (
	"time"

	"ptvd/plugins"
)

// Config is what people write under the instance's name.
type Config struct {
	Pin   plugins.Pin   `yaml:"pin" doc:"the line that the LED hangs on" required:"true"`
	Every time.Duration `yaml:"every" doc:"how long it is on, and how long off" min:"10ms"`
}

var pause = plugins.NewAction("pause", "stops blinking, or goes on")

func init() {
	plugins.Register(plugins.Spec[Config]{
		Name:     "blink",
		Doc:      "blinks an LED",
		Defaults: Config{Every: 500 * time.Millisecond},
		Actions:  plugins.Actions(pause),
		New:      New,
	})
}

type blink struct {
	env    plugins.Env
	cfg    Config
	led    *plugins.Output
	paused bool
}

// New makes an instance. It is pure: the board is opened by Start.
func New(env plugins.Env, cfg Config) (plugins.Plugin, error) {
	b := &blink{env: env, cfg: cfg}
	pause.Handle(env, func(string) error {
		b.paused = !b.paused
		return nil
	})
	return b, nil
}

// Start opens the line and starts the one task.
func (b *blink) Start(t *plugins.Task) (err error) {
	b.led, err = b.env.Board.Output(t, string(b.cfg.Pin), plugins.Low)
	if err != nil {
		return err
	}
	b.env.Go("blink", b.blink)
	return nil
}

func (b *blink) blink(t *plugins.Task) error {
	for tick := range t.Every(b.cfg.Every) {
		if b.paused {
			continue
		}
		if err := b.led.Set(t, tick.N%2 == 0); err != nil {
			return err
		}
	}
	return nil
}

// Stop leaves the LED dark.
func (b *blink) Stop(t *plugins.Task) error {
	if b.led == nil {
		return nil // Start did not get that far
	}
	return b.led.Set(t, plugins.Low)
}

// HardwareTests lets somebody see whether the LED hangs where it should. A plugin need not
// have any.
func (b *blink) HardwareTests() []plugins.HardwareTest {
	return []plugins.HardwareTest{{Parts: []string{string(b.cfg.Pin)}, Run: b.testHardware}}
}

func (b *blink) testHardware(t *plugins.Task, report plugins.Reporter) (err error) {
	b.led, err = b.env.Board.Output(t, string(b.cfg.Pin), plugins.Low)
	if err != nil {
		return err
	}
	report.Info("The LED on %s blinks.", b.cfg.Pin)
	if err := b.blink(t); err != nil {
		return err
	}
	return b.Stop(t)
}
