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

// A reloadable plugin writes into a diary what is asked of it. A value of "bad"
// does not start, one of "hang" never comes to an end of it; one that begins with "live" is taken while it runs.
type reloadable struct {
	name, value string
}

type reloadableConfig struct {
	Value string      `yaml:"value" doc:"what it is"`
	Pin   plugins.Pin `yaml:"pin" doc:"what it holds"`
}

var diary []string

func note(what string) { diary = append(diary, what) }

func init() {
	plugins.Register(plugins.Spec[reloadableConfig]{
		Name: "reloadable", Doc: "notes what is asked of it",
		New: func(env plugins.Env, cfg reloadableConfig) (plugins.Plugin, error) {
			return &reloadable{env.Instance, cfg.Value}, nil
		},
	})
}

func (r *reloadable) Start(t *plugins.Task) error {
	note("start " + r.name + " " + r.value)
	switch r.value {
	case "bad":
		return errors.New("bad luck")
	case "hang":
		return t.Sleep(100 * time.Hour)
	}
	return nil
}

func (r *reloadable) Stop(*plugins.Task) error {
	note("stop " + r.name + " " + r.value)
	return nil
}

func (r *reloadable) Update(t *plugins.Task, cfg reloadableConfig) error {
	if !strings.HasPrefix(cfg.Value, "live") {
		return plugins.ErrRestart
	}
	note("update " + r.name + " " + cfg.Value)
	if cfg.Value == "live, but hangs" {
		return t.Sleep(100 * time.Hour)
	}
	r.value = cfg.Value
	return nil
}

// reload runs a daemon on one file, which a minute later becomes another, and
// returns what its instances noted from then on.
func reload(t *testing.T, before, after string) (noted []string, log string) {
	t.Helper()
	return reloadWith(t, map[string]script{}, before, after)
}

// reloadWith is reload with scripts for the instances that have one.
func reloadWith(t *testing.T, of map[string]script, before, after string) (noted []string, log string) {
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
	diary = nil
	var mark int
	scripts = of
	scripts["hup"] = script{start: sleepThen(time.Minute, func() {
		mark = len(diary)
		d.Reload()
	})}
	if err := d.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	return diary[mark:], text.String()
}

func TestAReloadTouchesOnlyWhatHasChanged(t *testing.T) {
	tests := map[string]struct{ before, after, want string }{
		"nothing changed": {
			"a: {plugin: reloadable, value: x}", "a: {plugin: reloadable, value: x}",
			"stop a x",
		},
		"one changed": {
			"a: {plugin: reloadable, value: x}, b: {plugin: reloadable}", "a: {plugin: reloadable, value: y}, b: {plugin: reloadable}",
			"stop a x, start a y, stop a y, stop b ",
		},
		"one takes its change while it runs": {
			"a: {plugin: reloadable, value: x}", "a: {plugin: reloadable, value: live}",
			"update a live, stop a live",
		},
		"one hangs while it takes its change, and is started with it": {
			"a: {plugin: reloadable, value: x}, b: {plugin: reloadable}", "a: {plugin: reloadable, value: 'live, but hangs'}, b: {plugin: reloadable, value: y}",
			"update a live, but hangs, stop a x, stop b , start a live, but hangs, start b y, stop a live, but hangs, stop b y",
		},
		"only what becomes of its failures has changed": {
			"a: {plugin: reloadable, value: x}", "a: {plugin: reloadable, value: x, on_error: fail}",
			"stop a x",
		},
		"one is gone, one is new": {
			"a: {plugin: reloadable}", "b: {plugin: reloadable}",
			"stop a , start b , stop b ",
		},
		"a pin changes hands": {
			"a: {plugin: reloadable, pin: GPIO4}, b: {plugin: reloadable, pin: GPIO5}",
			"a: {plugin: reloadable, pin: GPIO5}, b: {plugin: reloadable, pin: GPIO4}",
			"stop a , stop b , start a , start b , stop a , stop b ",
		},
		"one does not start any more, and its old self is put back": {
			"a: {plugin: reloadable, value: good}", "a: {plugin: reloadable, value: bad}",
			"stop a good, start a bad, stop a bad, start a good, stop a good",
		},
		"one hangs when it starts, and its old self is put back": {
			"a: {plugin: reloadable, value: good}", "a: {plugin: reloadable, value: hang}",
			"stop a good, start a hang, stop a hang, start a good, stop a good",
		},
		"the file is bad": {
			"a: {plugin: reloadable, value: x}", "a: {plugin: reloadable, value: y, colour: red}",
			"stop a x",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			noted, log := reload(t, test.before, test.after)
			if got := strings.Join(noted, ", "); got != test.want || strings.Contains(log, "does not stop") {
				t.Errorf("noted: %s\n want: %s\nlog:\n%s", got, test.want, log)
			}
		})
	}
}

func TestABadFileIsExplainedInTheLog(t *testing.T) {
	_, log := reload(t, "a: {plugin: reloadable}", "a: {plugin: reloadable, valeu: y}")
	if !strings.Contains(log, "all goes on as it was") || !strings.Contains(log, "did you mean value?") {
		t.Errorf("the log does not say what is wrong:\n%s", log)
	}
}

func TestAReloadWaitsForTheEndOfTheStart(t *testing.T) {
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

func TestNothingIsLeftOfAnInstanceThatAReloadRemoves(t *testing.T) {
	watcher := script{start: func(env plugins.Env, _ *plugins.Task) error {
		env.Go("call", func(t *plugins.Task) error {
			for range 2 {
				if err := t.Sleep(40 * time.Second); err != nil {
					return err
				}
				err := env.Call(plugins.Action{Instance: "a", Name: "poke"})
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
	if !strings.Contains(log, "msg=called plugin=watcher err=<nil>") || !strings.Contains(log, `err="a.poke: there is no such action"`) {
		t.Errorf("the log:\n%s", log)
	}
}
