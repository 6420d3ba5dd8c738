package mqtt_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/topics"
)

func TestASubscriptionThatTheBrokerRefusesCostsItselfAndNotTheConnection(t *testing.T) {
	inVirtualTime(t, func(task *plugins.Task, h *plugintest.Harness, b *fakeBroker) error {
		plugintest.Publish(h, "panel", frame)
		measure := plugintest.Publish(h, "porch", reading)
		h.Handle("lamp", "on", func(string) error { return nil })
		b.locked.Store(true)
		home := h.Start(task, "home", toFake)
		task.Sleep(time.Minute)
		const want = "mqtt://hub.example refuses messages of ptvd/hall/cmd/#: reason code 0x87: Not authorized"
		if !strings.HasPrefix(home.Health.Why, want) || b.connects.Load() != 1 {
			t.Errorf("after %d connections the health is %s", b.connects.Load(), home.Health.Why)
		}
		measure(topics.Reading{Value: 1})
		task.Sleep(time.Second)
		if b.count("ptvd/hall/porch/reading") != 1 {
			t.Error("the reading is not published")
		}
		return home.Stop(task)
	})
}

func TestAMessageThatTheBrokerRefusesCostsItselfAndNotTheConnection(t *testing.T) {
	list := t.TempDir() + "/acl"
	if err := os.WriteFile(list, []byte("topic readwrite ptvd/hall/#\ntopic read #\ntopic deny ptvd/hall/panel/text\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for option, want := range map[string]string{
		"max_packet_size 2000":    "refuses messages of ptvd/hall/panel/text: it has 9",
		"message_size_limit 2000": "refuses messages of ptvd/hall/panel/text: reason code 0x95",
		"acl_file " + list:        "refuses messages of ptvd/hall/panel/text: reason code 0x87: The PUBLISH is not authorized.",
	} {
		h, b := newBoard(t), startBroker(t, option)
		show := plugintest.Publish(h, "panel", plugins.NewTopic[topics.Text]("text", "what it shows", plugins.State(0)))
		measure := plugintest.Publish(h, "porch", reading)
		h.Run(func(task *plugins.Task) error {
			o := b.observe(task)
			home := start(task, h, b)
			o.next("ptvd/hall/status")
			show(topics.Text(strings.Repeat("x", 9000)))
			until(task, home, "degraded")
			if !strings.Contains(home.Health.Why, want) {
				t.Errorf("%s: the health says %s", option, home.Health.Why)
			}
			measure(topics.Reading{Value: 1})
			o.next("ptvd/hall/porch/reading")
			if figures := home.Meter.All(); home.Health.Condition != "degraded" || figures["disconnects_total"] != 0 || figures["refused_total"] != 1 {
				t.Errorf("%s: the health is %s: %s; %v", option, home.Health.Condition, home.Health.Why, figures)
			}
			if !strings.HasPrefix(option, "acl_file") {
				show("short")
				until(task, home, "ok")
			}
			return home.Stop(task)
		})
	}
}
