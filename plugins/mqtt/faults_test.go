package mqtt_test

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/topics"
)

const toFake = "{plugin: mqtt, prefix: ptvd/hall, broker: 'mqtt://hub.example', commands: [lamp.on], publish: [panel.frame, porch.reading]}"

func TestAStreamIsPublishedOnceASecondAtMost(t *testing.T) {
	inVirtualTime(t, func(task *plugins.Task, h *plugintest.Harness, b *fakeBroker) error {
		show := plugintest.Publish(h, "panel", frame)
		plugintest.Publish(h, "porch", reading)
		h.Handle("lamp", "on", func(string) error { return nil })
		home := h.Start(task, "home", toFake)
		for n := range 100 {
			show(n)
			task.Sleep(40 * time.Millisecond)
		}
		if n := b.count("ptvd/hall/panel/frame"); n != 4 {
			t.Errorf("in four seconds it publishes %d pictures", n)
		}
		return home.Stop(task)
	})
}

func TestAConnectionOnWhichNothingComesBackIsGivenUpAndTriedAnew(t *testing.T) {
	inVirtualTime(t, func(task *plugins.Task, h *plugintest.Harness, b *fakeBroker) error {
		plugintest.Publish(h, "panel", frame)
		measure := plugintest.Publish(h, "porch", reading)
		h.Handle("lamp", "on", func(string) error { return nil })
		home := h.Start(task, "home", toFake)
		task.Sleep(time.Minute)
		if b.connects.Load() != 1 || home.Health.Condition != "ok" {
			t.Fatalf("after a quiet minute: %d connections, %s", b.connects.Load(), home.Health.Why)
		}
		b.silent.Store(true)
		task.Sleep(3 * keepAlive)
		if home.Health.Condition != "degraded" {
			t.Error("a broker that says nothing is not noticed without messages")
		}
		b.silent.Store(false)
		task.Sleep(2 * time.Minute)
		if home.Health.Condition != "ok" {
			t.Errorf("it is not connected again: %s", home.Health.Why)
		}
		b.silent.Store(true)
		measure(topics.Reading{Value: 1})
		task.Sleep(11 * time.Second)
		if home.Health.Condition != "degraded" {
			t.Error("a message that is not acknowledged within 10 s is not noticed")
		}
		return home.Stop(task)
	})
}

const keepAlive = 30 * time.Second

func TestAFloodOfCommandsLeavesTheLoopToOthers(t *testing.T) {
	inVirtualTime(t, func(task *plugins.Task, h *plugintest.Harness, b *fakeBroker) error {
		plugintest.Publish(h, "panel", frame)
		plugintest.Publish(h, "porch", reading)
		calls := 0
		h.Handle("lamp", "on", func(string) error { calls++; return nil })
		home := h.Start(task, "home", toFake)
		task.Sleep(time.Second)
		go func() {
			for range 5000 {
				b.send("ptvd/hall/cmd/lamp/on", nil)
			}
		}()
		task.Sleep(time.Second)
		if calls > 51 {
			t.Errorf("in a second it carries out %d commands", calls)
		}
		task.Sleep(time.Minute)
		if n := b.count("ptvd/hall/cmd/lamp/on/result"); n != calls || calls < 60 || b.connects.Load() != 1 {
			t.Errorf("of 5000 commands it carries out %d and answers %d, with %d connections", calls, n, b.connects.Load())
		}
		return home.Stop(task)
	})
}

func TestAMessageOfAMillionBytesEndsTheConnectionAndNoMore(t *testing.T) {
	inVirtualTime(t, func(task *plugins.Task, h *plugintest.Harness, b *fakeBroker) error {
		plugintest.Publish(h, "panel", frame)
		plugintest.Publish(h, "porch", reading)
		h.Handle("lamp", "on", func(string) error { t.Error("it is carried out"); return nil })
		home := h.Start(task, "home", toFake)
		task.Sleep(time.Second)
		go b.send("ptvd/hall/cmd/lamp/on", bytes.Repeat([]byte("x"), 1_000_000))
		synctest.Wait()
		task.Sleep(100 * time.Millisecond)
		if !strings.Contains(home.Health.Why, "a packet of more than 65536 bytes") {
			t.Errorf("the health says %q", home.Health.Why)
		}
		task.Sleep(5 * time.Second)
		if home.Health.Condition != "ok" {
			t.Errorf("it is not connected again: %s", home.Health.Why)
		}
		return home.Stop(task)
	})
}
