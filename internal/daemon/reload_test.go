package daemon_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/daemon"
	"ptvd/internal/scheduler"
	"ptvd/plugins"
)

// A reloadable plugin records the calls of its methods. With the value "bad" its Start
// fails, with "hang" it never returns; a value that begins with "live" is accepted by
// Update.
type reloadable struct {
	env         plugins.Env
	name, value string
}

type reloadableConfig struct {
	Value string      `yaml:"value" doc:"a value"`
	Pin   plugins.Pin `yaml:"pin" doc:"a pin"`
}

var calls []string

func record(call string) { calls = append(calls, call) }

func init() {
	plugins.Register(plugins.Spec[reloadableConfig]{
		Name: "reloadable", Doc: "records the calls of its methods",
		New: func(env plugins.Env, cfg reloadableConfig) (plugins.Plugin, error) {
			return &reloadable{env, env.Instance, cfg.Value}, nil
		},
	})
}

func (r *reloadable) Start(t *plugins.Task) error {
	record("start " + r.name + " " + r.value)
	switch r.value {
	case "bad":
		return errors.New("no luck")
	case "hang":
		return t.Sleep(100 * time.Hour)
	}
	return nil
}

func (r *reloadable) Stop(*plugins.Task) error {
	if r.env.Removed() {
		record("remove " + r.name)
	}
	record("stop " + r.name + " " + r.value)
	return nil
}

func (r *reloadable) Update(t *plugins.Task, cfg reloadableConfig) error {
	if !strings.HasPrefix(cfg.Value, "live") {
		return plugins.ErrRestart
	}
	record("update " + r.name + " " + cfg.Value)
	if cfg.Value == "live, but hangs" {
		return t.Sleep(100 * time.Hour)
	}
	r.value = cfg.Value
	return nil
}

// reload runs a daemon and reloads another configuration after a minute. It returns the
// calls from then on.
func reload(t *testing.T, before, after string) (recorded []string, log string) {
	t.Helper()
	return reloadWith(t, map[string]script{}, before, after)
}

// reloadWith is reload with scripts for the instances that have one.
func reloadWith(t *testing.T, of map[string]script, before, after string) (recorded []string, log string) {
	t.Helper()
	parse := func(yaml string) (*config.File, error) {
		return config.Parse("test.yaml", []byte("board: sim\nplugins: {"+yaml+"}\n"), 0o600)
	}
	file, err := parse(before + ", hup: {plugin: scripted}")
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	options := daemon.Options{
		File:   file,
		Log:    slog.New(slog.NewTextHandler(&text, nil)),
		Clock:  scheduler.NewVirtualClock(1),
		Lasts:  2 * time.Minute,
		Reload: func() (*config.File, error) { return parse(after + ", hup: {plugin: scripted}") },
	}
	d := daemon.New(options)
	calls = nil
	var mark int
	scripts = of
	scripts["hup"] = script{start: sleepThen(time.Minute, func() {
		mark = len(calls)
		d.Reload()
	})}
	if err := d.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	return calls[mark:], text.String()
}

func TestReloadChangesOnlyWhatIsDifferent(t *testing.T) {
	tests := map[string]struct{ before, after, want string }{
		"nothing changed": {
			"a: {plugin: reloadable, value: x}", "a: {plugin: reloadable, value: x}",
			"stop a x",
		},
		"one changed": {
			"a: {plugin: reloadable, value: x}, b: {plugin: reloadable}", "a: {plugin: reloadable, value: y}, b: {plugin: reloadable}",
			"stop a x, start a y, stop a y, stop b ",
		},
		"one is updated while it runs": {
			"a: {plugin: reloadable, value: x}", "a: {plugin: reloadable, value: live}",
			"update a live, stop a live",
		},
		"one hangs in its update and is restarted": {
			"a: {plugin: reloadable, value: x}, b: {plugin: reloadable}", "a: {plugin: reloadable, value: 'live, but hangs'}, b: {plugin: reloadable, value: y}",
			"update a live, but hangs, stop a x, stop b , start a live, but hangs, start b y, stop a live, but hangs, stop b y",
		},
		"only on_error changed": {
			"a: {plugin: reloadable, value: x}", "a: {plugin: reloadable, value: x, on_error: fail}",
			"stop a x",
		},
		"one removed, one added": {
			"a: {plugin: reloadable}", "b: {plugin: reloadable}",
			"remove a, stop a , start b , stop b ",
		},
		"one is of another plugin": {
			"a: {plugin: reloadable, value: x}", "a: {plugin: shown}",
			"remove a, stop a x",
		},
		"two swap their pins": {
			"a: {plugin: reloadable, pin: GPIO4}, b: {plugin: reloadable, pin: GPIO5}",
			"a: {plugin: reloadable, pin: GPIO5}, b: {plugin: reloadable, pin: GPIO4}",
			"stop a , stop b , start a , start b , stop a , stop b ",
		},
		"one fails to start and is rolled back": {
			"a: {plugin: reloadable, value: good}", "a: {plugin: reloadable, value: bad}",
			"stop a good, start a bad, stop a bad, start a good, stop a good",
		},
		"one hangs in its start and is rolled back": {
			"a: {plugin: reloadable, value: good}", "a: {plugin: reloadable, value: hang}",
			"stop a good, start a hang, stop a hang, start a good, stop a good",
		},
		"the file is invalid": {
			"a: {plugin: reloadable, value: x}", "a: {plugin: reloadable, value: y, color: red}",
			"stop a x",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			recorded, log := reload(t, test.before, test.after)
			if got := strings.Join(recorded, ", "); got != test.want || strings.Contains(log, "did not stop") {
				t.Errorf("calls: %s\n want: %s\nlog:\n%s", got, test.want, log)
			}
		})
	}
}

func TestInvalidFileIsExplainedInTheLog(t *testing.T) {
	_, log := reload(t, "a: {plugin: reloadable}", "a: {plugin: reloadable, valeu: y}")
	if !strings.Contains(log, "keeping the previous configuration") || !strings.Contains(log, "did you mean value?") {
		t.Errorf("the log:\n%s", log)
	}
}

func TestReloadWaitsUntilTheStartIsFinished(t *testing.T) {
	file, err := config.Parse("test.yaml", []byte("board: sim\nplugins: {slow: {plugin: scripted}}\n"), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	d := daemon.New(daemon.Options{
		File: file, Log: slog.New(slog.NewTextHandler(&text, nil)),
		Clock: scheduler.NewVirtualClock(1), Lasts: time.Minute,
		Reload: func() (*config.File, error) { return nil, errors.New("no such file") },
	})
	scripts = map[string]script{"slow": {start: func(_ plugins.Env, t *plugins.Task) error {
		d.Reload()
		return t.Sleep(5 * time.Second)
	}}}
	if err := d.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	ready, refused := strings.Index(text.String(), "msg=ready"), strings.Index(text.String(), "no such file")
	if ready < 0 || refused < ready {
		t.Errorf("the log:\n%s", text.String())
	}
}

func TestRemovedInstanceHasNoActionsAnyMore(t *testing.T) {
	watcher := script{start: func(env plugins.Env, _ *plugins.Task) error {
		env.Go("call", func(t *plugins.Task) error {
			for range 2 {
				if err := t.Sleep(40 * time.Second); err != nil {
					return err
				}
				err := env.Call(plugins.ActionRef{Instance: "a", Name: "poke"})
				env.Log.Info("called", "err", err)
			}
			return nil
		})
		return nil
	}}
	_, log := reloadWith(t, map[string]script{
		"a":       {start: func(plugins.Env, *plugins.Task) error { return nil }, poke: func(plugins.Env) error { return nil }},
		"watcher": watcher,
	}, "a: {plugin: scripted}, watcher: {plugin: scripted}", "watcher: {plugin: scripted}")
	if !strings.Contains(log, "msg=called plugin=watcher err=<nil>") || !strings.Contains(log, `err="a.poke: no such instance; there is hup, watcher"`) {
		t.Errorf("the log:\n%s", log)
	}
}
