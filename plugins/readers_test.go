package plugins_test

import (
	"fmt"
	"strings"
	"testing"

	"ptvd/plugins"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/topics"
)

func TestWatchReadsTheHealthOfEveryInstance(t *testing.T) {
	h := plugintest.New(t)
	porch := h.Instance("porch", "probe")
	h.Run(func(task *plugins.Task) error {
		watch := plugins.WatchAll(h.Instance("bridge", "probe").Env())
		porch.Health.Degraded("the sensor does not answer")
		envelope, err := watch.Next(task)
		want := topics.Health{Condition: "degraded", Why: "the sensor does not answer"}
		if envelope.Instance != "porch" || envelope.Topic != "health" || envelope.Value != want || err != nil {
			t.Errorf("it reads %+v, %v", envelope, err)
		}
		return nil
	})
}

func TestWatchTellsOnceThatATopicWasRemoved(t *testing.T) {
	h := plugintest.New(t)
	env := h.Instance("porch", "probe").Env()
	h.Instance("silent", "probe")
	h.Run(func(task *plugins.Task) error {
		watch := plugins.WatchAll(h.Instance("bridge", "probe").Env())
		reading.Set(env, topics.Reading{Value: 1})
		if _, err := watch.Next(task); err != nil {
			return err
		}
		h.Bus.Forget("porch")
		h.Bus.Forget("silent") // which has published nothing
		envelope, err := watch.Next(task)
		if envelope.Instance != "porch" || envelope.Topic != "reading" || !envelope.Removed || envelope.Value != nil || err != nil {
			t.Errorf("it reads %+v, %v", envelope, err)
		}
		reading.Set(h.Instance("porch", "probe").Env(), topics.Reading{Value: 2})
		if envelope, err := watch.Next(task); envelope.Value != (topics.Reading{Value: 2}) || envelope.Removed || err != nil {
			t.Errorf("then it reads %+v, %v", envelope, err)
		}
		return nil
	})
}

func TestInstancesDescribesTopicsAndActions(t *testing.T) {
	h := plugintest.New(t)
	h.Instance("porch", "probe")
	env := h.Instance("bridge", "probe").Env()
	got := plugins.Instances(env)
	if len(got) != 2 || got[0].Instance != "porch" || got[1].Instance != "bridge" {
		t.Fatalf("the instances are %+v", got)
	}
	want := "{porch probe [{reading what it measures reading state} {gesture what somebody does  event} {frame what it shows  stream} {health how the instance is, and why health state}] " +
		"[{poke does what a test says } {other does what a test says a word}]}"
	if is := fmt.Sprint(got[0]); is != want {
		t.Errorf("got  %s\nwant %s", is, want)
	}
}

// The plugin "reader" names what it may read and call.
type readerConfig struct {
	Read []plugins.From[any]  `yaml:"read" doc:"topics"`
	Call []plugins.ActionName `yaml:"call" doc:"actions"`
}

func init() {
	plugins.Register(plugins.Spec[readerConfig]{
		Name: "reader", Doc: "reads and calls",
		New: func(plugins.Env, readerConfig) (plugins.Plugin, error) { return probe{}, nil },
	})
}

func TestAnyTopicAndAnActionWithoutItsArgumentCanBeNamed(t *testing.T) {
	if err := plugintest.Check("reader", "call: [check.poke]"); err == nil || !strings.Contains(err.Error(), "check (reader) has no action poke") {
		t.Errorf("an unknown action: %v", err)
	}
	if err := plugintest.Check("reader", "call: [check.set 40%]"); err == nil || !strings.Contains(err.Error(), "not an action's name; write instance.action, such as panel.next") {
		t.Errorf("an action with an argument: %v", err)
	}
	h := plugintest.New(t)
	h.Run(func(task *plugins.Task) error {
		h.Start(task, "porch", "{plugin: probe}")
		return h.Start(task, "out", "{plugin: reader, read: [porch.gesture, porch.reading], call: [porch.other]}").Stop(task)
	})
}
