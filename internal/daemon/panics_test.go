package daemon_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/daemon"
	"ptvd/internal/scheduler"
	"ptvd/plugins"
)

// panicsIn is the configuration of a plugin that panics outside of its tasks, in the
// function that it names.
type panicsIn struct {
	In   string            `yaml:"in" doc:"the function"`
	Text unreadable        `yaml:"text" doc:"cannot be read"`
	Call plugins.ActionRef `yaml:"call" doc:"an action"`
}

type unreadable struct{ text string }

func (c panicsIn) at(function string) {
	if c.In == function {
		panic("oh")
	}
}

func (u *unreadable) UnmarshalText(text []byte) error { panic(u.text + string(text)) }
func (c panicsIn) Validate() error                    { c.at("Validate"); return nil }
func (c panicsIn) Topics() plugins.TopicList          { c.at("Topics"); return nil }
func (c panicsIn) CheckAction(string, string) error   { c.at("CheckAction"); return nil }

var panicActions = plugins.Actions(
	plugins.NewAction("go", "has no argument"),
	plugins.NewAction("set", "has one", plugins.Arg("any", func(string) error { panic("oh") })),
)

func init() {
	plugins.Register(plugins.Spec[panicsIn]{
		Name: "panics", Doc: "panics outside of its tasks", Actions: panicActions,
		New: func(_ plugins.Env, c panicsIn) (plugins.Plugin, error) { c.at("New"); return &scripted{}, nil },
	})
}

func TestAnInstanceWhoseNewPanicsIsReportedByCheckAndFailsAlone(t *testing.T) {
	file, err := config.Parse("test.yaml", []byte("board: sim\nplugins:\n  one: {plugin: panics, in: New}\n  two: {plugin: scripted}\n"), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if err := daemon.Check(file); err != nil {
		t.Errorf("the file is refused: %v", err)
	}
	const want = "test.yaml:3:8: plugins.one: panic: oh; this is a fault of the plugin panics: report it to its author"
	if got := file.Panics.Error(); !strings.HasPrefix(got, want) || file.Panics.Summary() != "1 error" {
		t.Errorf("check reports %s", got)
	}
	started := 0
	scripts = map[string]script{"two": {start: func(plugins.Env, *plugins.Task) error { started++; return nil }}}
	var log strings.Builder
	d := daemon.New(daemon.Options{
		File: file, Log: slog.New(slog.NewTextHandler(&log, nil)), Clock: scheduler.NewVirtualClock(0), Lasts: time.Minute,
	})
	if err := d.Run(context.Background()); err != nil || started != 1 {
		t.Errorf("ended with %v after %d starts of the other instance", err, started)
	}
	if n := strings.Count(log.String(), `msg="plugin failed; restarting" plugin=one message_id=5a4cc7f0ea54440ab53d0f2fae35e34f err="panic: oh"`); n < 4 {
		t.Errorf("it failed %d times:\n%s", n, log.String())
	}
}

func TestAPanicWhileAConfigurationIsReadIsAnErrorOfItsInstance(t *testing.T) {
	const fault = "panic: oh; this is a fault of the plugin panics: report it to its author"
	for plugins, want := range map[string]string{
		"one: {plugin: panics, in: Validate}":                                                      "2:8: plugins.one: " + fault,
		"one: {plugin: panics, in: Topics}":                                                        "2:8: plugins.one: " + fault,
		"one: {plugin: panics, text: oh}":                                                          "2:8: plugins.one: " + fault,
		"one: {plugin: panics, in: CheckAction}\n  bell: {plugin: panics, call: one.go}":           "plugins.bell.call: one (line 2): panic: oh",
		"one: {plugin: panics}\n  bell: {plugin: panics, call: one.set it}":                        "plugins.bell.call: one.set: panic: oh",
		"one: {plugin: panics, in: Topics}\n  bell: {plugin: panics, call: one.go, id: elsewhere}": `unknown option id`,
	} {
		_, err := config.Parse("test.yaml", []byte("plugins:\n  "+plugins+"\n"), 0o600)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", plugins, err)
		}
	}
}
