// Package hog is a plugin that blocks the event loop, for the tests of the watchdog in
// the virtual machine.
package hog

import (
	"time"

	"ptvd/plugins"
)

// Config says when the loop is blocked, and for how long.
type Config struct {
	After time.Duration `yaml:"after" doc:"time from the start; 0s: only by the action" min:"0s"`
	For   time.Duration `yaml:"for" doc:"how long the loop is blocked" min:"1ms"`
}

var block = plugins.NewAction("block", "blocks the loop now")

func init() {
	plugins.Register(plugins.Spec[Config]{
		Name:     "hog",
		Doc:      "blocks the loop, to test the watchdog",
		Defaults: Config{For: time.Minute},
		Actions:  plugins.Actions(block),
		New:      New,
	})
}

type hog struct {
	env plugins.Env
	cfg Config
}

// New makes an instance.
func New(env plugins.Env, cfg Config) (plugins.Plugin, error) {
	h := &hog{env, cfg}
	block.Handle(env, func(string) error {
		h.block()
		return nil
	})
	return h, nil
}

// Start starts the task that blocks the loop.
func (h *hog) Start(*plugins.Task) error {
	if h.cfg.After > 0 {
		h.env.Go("hog", func(t *plugins.Task) error {
			if err := t.Sleep(h.cfg.After); err != nil {
				return err
			}
			h.block()
			return nil
		})
	}
	return nil
}

// Stop does nothing.
func (h *hog) Stop(*plugins.Task) error { return nil }

// block does what a plugin must never do.
func (h *hog) block() { time.Sleep(h.cfg.For) }
