package mqtt_test

import (
	"fmt"
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
		const want = "mqtt://hub.example refuses messages of ptvd/hall/cmd/# (subscription): reason code 0x87: Not authorized"
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

func TestTheHealthIsOkOnlyWhenTheBrokerRefusesNothing(t *testing.T) {
	inVirtualTime(t, func(task *plugins.Task, h *plugintest.Harness, b *fakeBroker) error {
		warm, damp := plugintest.Publish(h, "attic", reading), plugintest.Publish(h, "cellar", reading)
		home := h.Start(task, "home", toFakeAll)
		for _, step := range []struct {
			denied []string
			want   string
		}{
			{[]string{"ptvd/hall/cellar/reading"}, "mqtt://hub.example refuses messages of ptvd/hall/cellar/reading: reason code 0x87"},
			{[]string{"ptvd/hall/cellar/reading", "ptvd/hall/attic/reading"}, "mqtt://hub.example refuses messages of ptvd/hall/attic/reading (and 1 more): reason code 0x87"},
			{[]string{"ptvd/hall/attic/reading"}, "mqtt://hub.example refuses messages of ptvd/hall/attic/reading: reason code 0x87"},
			{nil, ""},
		} {
			b.deny(step.denied...)
			warm(topics.Reading{Value: 1})
			damp(topics.Reading{Value: 2})
			task.Sleep(time.Second)
			if got := home.Health.Why; !strings.HasPrefix(got, step.want) || (got == "") != (step.want == "") {
				t.Errorf("while it refuses %v the health says %q", step.denied, got)
			}
		}
		return home.Stop(task)
	})
}

func TestARefusedSubscriptionIsReportedUntilTheConnectionEnds(t *testing.T) {
	inVirtualTime(t, func(task *plugins.Task, h *plugintest.Harness, b *fakeBroker) error {
		measure := plugintest.Publish(h, "porch", reading)
		b.locked.Store(true)
		// What it publishes and what it subscribes to may be the same topic.
		home := h.Start(task, "home", strings.TrimSuffix(toFakeAll, "}")+", subscribe: {same: ptvd/hall/porch/reading}}")
		still := func(when string) {
			t.Helper()
			if want := "refuses messages of ptvd/hall/cmd/# (subscription) (and 1 more): "; !strings.Contains(home.Health.Why, want) {
				t.Errorf("%s the health says %q", when, home.Health.Why)
			}
		}
		for _, denied := range []string{"ptvd/hall/porch/reading", ""} {
			b.deny(denied)
			measure(topics.Reading{Value: 1})
			task.Sleep(time.Second)
		}
		still("after a message was refused and then taken")
		go b.flood()
		task.Sleep(time.Second + dropPeriod)
		if !strings.Contains(home.Health.Why, "sends too many messages") {
			t.Errorf("in a flood the health says %q", home.Health.Why)
		}
		task.Sleep(time.Minute)
		still("after a flood")
		b.locked.Store(false)
		b.conn.Load().conn.Close()
		task.Sleep(10 * time.Second)
		if home.Health.Condition != "ok" || b.connects.Load() != 2 {
			t.Errorf("after %d connections the health says %q", b.connects.Load(), home.Health.Why)
		}
		return home.Stop(task)
	})
}

func TestATopicThatIsRefusedIsReportedOnce(t *testing.T) {
	const own = "ptvd/hall/home/health"
	for name, deny := range map[string]func(b *fakeBroker){
		"by its topic": func(b *fakeBroker) { b.deny("ptvd/hall/attic/text", "ptvd/hall/cellar/text", own) },
		"by its size":  func(b *fakeBroker) { b.limit.Store(150) },
	} {
		inVirtualTime(t, func(task *plugins.Task, h *plugintest.Harness, b *fakeBroker) error {
			text := plugins.NewTopic[topics.Text]("text", "what it shows", plugins.State(0))
			upper, lower := plugintest.Publish(h, "attic", text), plugintest.Publish(h, "cellar", text)
			healths := map[string]bool{}
			deny(b)
			home := h.Start(task, "home", toFakeAll)
			changes := plugintest.Subscribe[topics.Health](h, "home", "health")
			task.Sleep(time.Second)
			before := home.Meter.All()["refused_total"]
			seen := 0
			for n := range 10 {
				upper(topics.Text(strings.Repeat("x", 500+n)))
				lower(topics.Text(strings.Repeat("y", 700+n)))
				for end := task.Now().Add(time.Second); ; seen++ {
					if err := task.Timeout(end.Sub(task.Now()), func() error { _, err := changes.Next(task); return err }); err != nil {
						break
					}
					healths[home.Health.Why] = true
				}
			}
			if seen > 2 || !strings.Contains(home.Health.Why, "refuses messages of ptvd/hall/attic/text (and 1 more): ") {
				t.Errorf("%s: the health changes %d times: %v", name, seen, healths)
			}
			if n := home.Meter.All()["refused_total"] - before; n < 20 || n > 22 {
				t.Errorf("%s: %v refusals are counted", name, n)
			}
			b.deny(own)
			upper("short")
			lower("short")
			task.Sleep(time.Second)
			if home.Health.Condition != "ok" {
				t.Errorf("%s: in the end the health says %q", name, home.Health.Why)
			}
			if !strings.Contains(h.Log.String(), "health refused by the broker") {
				t.Errorf("%s: the log:\n%s", name, h.Log.String())
			}
			return home.Stop(task)
		})
	}
}

func TestTheNumberOfRefusedTopicsThatAreKeptIsLimited(t *testing.T) {
	inVirtualTime(t, func(task *plugins.Task, h *plugintest.Harness, b *fakeBroker) error {
		home := h.Start(task, "home", toFakeAll)
		task.Sleep(time.Second)
		var results []string
		for n := range 200 {
			results = append(results, fmt.Sprintf("ptvd/hall/cmd/a/%d/result", n))
		}
		b.deny(results...)
		for n := range 200 { // anybody may name topics in this way
			b.send(fmt.Sprintf("ptvd/hall/cmd/a/%d", n), nil)
			task.Sleep(100 * time.Millisecond)
		}
		if n := home.Meter.All()["refused_total"]; n != 200 || !strings.Contains(home.Health.Why, "/cmd/a/0/result (and 99 more): ") {
			t.Errorf("after %v refusals the health says %q", n, home.Health.Why)
		}
		return home.Stop(task)
	})
}

func TestACommandThatWaitsForASlowBrokerIsRefusedWithWhatHappened(t *testing.T) {
	inVirtualTime(t, func(task *plugins.Task, h *plugintest.Harness, b *fakeBroker) error {
		plugintest.Publish(h, "panel", frame)
		plugintest.Publish(h, "porch", reading)
		calls := 0
		h.Handle("lamp", "on", func(string) error { calls++; return nil })
		home := h.Start(task, "home", toFake)
		task.Sleep(time.Second)
		for range 40 {
			b.send("ptvd/hall/cmd/lamp/on", nil)
		}
		task.Sleep(30 * time.Millisecond)
		b.slow.Store(true) // each answer is acknowledged after 6 s
		task.Sleep(2 * time.Minute)
		last := ""
		for _, p := range b.published() {
			if p.Topic == "ptvd/hall/cmd/lamp/on/result" {
				last = string(p.Payload)
			}
		}
		if !strings.HasPrefix(last, `{"ok":false,"error":"the command waited for 1m`) || !strings.HasSuffix(last, `s; send it again"}`) || calls < 5 || b.connects.Load() != 1 {
			t.Errorf("after %d calls and %d connections a command is answered by %s", calls, b.connects.Load(), last)
		}
		b.slow.Store(false)
		task.Sleep(time.Second)
		return home.Stop(task)
	})
}

func TestAMessageThatTheBrokerRefusesCostsItselfAndNotTheConnection(t *testing.T) {
	list := t.TempDir() + "/acl"
	if err := os.WriteFile(list, []byte("topic readwrite ptvd/hall/#\ntopic read #\ntopic deny ptvd/hall/panel/text\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for option, want := range map[string]string{
		"max_packet_size 2000":    "refuses messages of ptvd/hall/panel/text: it is longer than the 2000 bytes that the broker takes",
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
