package daemon_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/daemon"
	"ptvd/internal/scheduler"
	"ptvd/plugins"
)

// A scripted plugin runs the functions that the test has set for the name of its
// instance.
type scripted struct {
	env plugins.Env
	script
}

type script struct {
	start func(env plugins.Env, t *plugins.Task) error
	stop  func(env plugins.Env, t *plugins.Task) error
	poke  func(env plugins.Env) error
}

var poke = plugins.NewAction("poke", "calls the script")

var scripts map[string]script

func init() {
	type config struct {
		Turn int `yaml:"turn" doc:"an option to change"`
	}
	plugins.Register(plugins.Spec[config]{
		Name: "scripted", Doc: "runs a script of a test",
		Actions: plugins.Actions(poke),
		New: func(env plugins.Env, _ config) (plugins.Plugin, error) {
			s := &scripted{env, scripts[env.Instance]}
			poke.Handle(env, func(string) error { return s.poke(env) })
			return s, nil
		},
	})
	plugins.Register(plugins.Spec[config]{
		Name: "timesource", Doc: "runs a script that sets the time", TimeSource: true,
		New: func(env plugins.Env, _ config) (plugins.Plugin, error) {
			return &scripted{env, scripts[env.Instance]}, nil
		},
	})
}

func (s *scripted) Start(t *plugins.Task) error { return s.start(s.env, t) }

func (s *scripted) Stop(t *plugins.Task) error {
	if s.stop == nil {
		return nil
	}
	return s.stop(s.env, t)
}

// run runs a daemon with an instance for each script, in virtual time, and returns its
// log.
func run(t *testing.T, lasts time.Duration, of map[string]script, options ...string) (log string, err error) {
	t.Helper()
	var yaml strings.Builder
	yaml.WriteString("board: sim\nplugins:\n")
	of["end"] = script{start: sleepThen(lasts, func() { end() })}
	for name := range of {
		fmt.Fprintf(&yaml, "  %s: {plugin: scripted%s}\n", name, optionOf(name, options))
	}
	file, err := config.Parse("test.yaml", []byte(yaml.String()), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	scripts = of
	var text bytes.Buffer
	clock := scheduler.NewVirtualClock(0)
	d := daemon.New(daemon.Options{
		File:  file,
		Log:   slog.New(slog.NewTextHandler(&text, nil)),
		Clock: clock,
	})
	end = d.Stop
	block = func(d time.Duration) { clock.Wait(clock.Now().Add(d)) }
	suspend = clock.Suspend
	err = d.Run(context.Background())
	return text.String(), err
}

// For scripts: end stops the daemon of run, block blocks its event loop, suspend
// suspends its machine.
var (
	end     func()
	block   func(time.Duration)
	suspend func(time.Duration)
)

func optionOf(name string, options []string) string {
	for _, option := range options {
		if of, what, ok := strings.Cut(option, "/"); ok && of == name {
			return ", " + what
		}
	}
	return ""
}

// sleepThen is a start whose task sleeps and then calls do.
func sleepThen(d time.Duration, do func()) func(plugins.Env, *plugins.Task) error {
	return func(env plugins.Env, _ *plugins.Task) error {
		env.Go("sleep", func(t *plugins.Task) error {
			if err := t.Sleep(d); err != nil {
				return err
			}
			do()
			return nil
		})
		return nil
	}
}
