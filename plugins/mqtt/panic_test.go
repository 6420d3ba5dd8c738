package mqtt_test

import (
	"strings"
	"testing"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/topics"
)

// Payloads of another plugin, whose methods panic.
type (
	marshaler struct{}
	timed     struct{}
)

func (marshaler) MarshalJSON() ([]byte, error) { panic("oh") }
func (timed) JSONAt(topics.Moment) any         { panic("boom") }

func TestAPayloadThatPanicsCostsItselfAndNotTheConnection(t *testing.T) {
	inVirtualTime(t, func(task *plugins.Task, h *plugintest.Harness, b *fakeBroker) error {
		marshal := plugintest.Publish(h, "attic", plugins.NewTopic[marshaler]("a", "panics", plugins.State(0)))
		tell := plugintest.Publish(h, "cellar", plugins.NewTopic[timed]("b", "panics", plugins.State(0)))
		measure := plugintest.Publish(h, "porch", reading)
		home := h.Start(task, "home", "{plugin: mqtt, prefix: ptvd/hall, broker: 'mqtt://hub.example'}")
		task.Sleep(time.Second)
		marshal(marshaler{})
		tell(timed{})
		measure(topics.Reading{Value: 1})
		task.Sleep(time.Second)
		if home.Err() != nil || b.connects.Load() != 1 || b.count("ptvd/hall/porch/reading") != 1 || b.count("ptvd/hall/attic/a")+b.count("ptvd/hall/cellar/b") != 0 {
			t.Errorf("with %d connections %v is published; it ended with %v", b.connects.Load(), b.published(), home.Err())
		}
		if n := strings.Count(h.Log.String(), "a value cannot be published"); n != 2 {
			t.Errorf("it is logged %d times:\n%s", n, h.Log.String())
		}
		return home.Stop(task)
	})
}
