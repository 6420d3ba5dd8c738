package mqtt_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eclipse/paho.golang/paho"

	"ptvd/internal/mosquitto"
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

func TestRetainedRubbishOnTheBoardsTopicsChangesNothing(t *testing.T) {
	h, b := newBoard(t), startBroker(t)
	measure := plugintest.Publish(h, "porch", reading)
	h.Handle("lamp", "on", func(string) error { t.Error("a retained command is carried out"); return nil })
	h.Run(func(task *plugins.Task) error {
		o := b.observe(task)
		rubbish := map[string][]byte{
			"ptvd/hall/status": []byte("burning"), "ptvd/hall/about": []byte("{"), "ptvd/hall/porch/reading": {0xff, 0},
			"ptvd/hall/cmd/lamp/on": bytes.Repeat([]byte("x"), 1_000_000), "ptvd/hall/cmd/notify": []byte("{"),
			"ptvd/hall/homeassistant/lamp/level/set": []byte("[]"), device: []byte("null"), "homeassistant/status": []byte("online"),
		}
		for topic, payload := range rubbish {
			if _, err := plugins.Await(task, publishing(o, &paho.Publish{Topic: topic, QoS: 1, Retain: true, Payload: payload})); err != nil {
				return err
			}
		}
		measure(topics.Reading{Value: 21.4})
		home := start(task, h, b, "home_assistant: true, commands: [lamp.on]")
		for _, topic := range []string{"ptvd/hall/porch/reading", device, "ptvd/hall/status", "ptvd/hall/about"} {
			o = b.observe(task) // gets what is retained
			for p := o.next(topic); bytes.Equal(p.Payload, rubbish[topic]); p = o.next(topic) {
			}
		}
		o.command("ptvd/hall/cmd/none/none", "") // answered after what came before
		o.next("ptvd/hall/cmd/none/none/result")
		if home.Health.Condition != "ok" {
			t.Errorf("the health is %s: %s", home.Health.Condition, home.Health.Why)
		}
		return home.Stop(task)
	})
}

// BenchmarkLatenessUnderAFlood reports how late a tick of 10 ms comes while a broker sends
// commands without a pause, and a payload of a million bytes now and then, beside the same
// while it sends nothing.
func BenchmarkLatenessUnderAFlood(b *testing.B) {
	for _, flood := range []bool{false, true} {
		b.Run(fmt.Sprintf("flood=%v", flood), func(b *testing.B) {
			h, broker := plugintest.NewInRealTime(b), mosquitto.Start(b)
			h.Net.Dial = new(net.Dialer).DialContext
			h.Handle("lamp", "on", func(string) error { return nil })
			var late []time.Duration
			h.Run(func(task *plugins.Task) error {
				home := h.Start(task, "home", "{plugin: mqtt, prefix: ptvd/hall, broker: 'mqtt://"+broker.Address+"', commands: [lamp.on]}")
				stop := make(chan struct{})
				if flood {
					go floodBoard(b, broker.Address, stop)
				}
				task.Sleep(time.Second)
				next := task.Now()
				for range b.N {
					next = next.Add(10 * time.Millisecond)
					task.SleepUntil(next)
					late = append(late, task.Now().Sub(next))
				}
				close(stop)
				return home.Stop(task)
			})
			slices.Sort(late)
			b.ReportMetric(float64(late[len(late)/2].Microseconds()), "µs-median")
			b.ReportMetric(float64(late[len(late)*99/100].Microseconds()), "µs-p99")
		})
	}
}

func floodBoard(b *testing.B, address string, stop chan struct{}) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		b.Error(err)
		return
	}
	client := paho.NewClient(paho.ClientConfig{Conn: conn})
	if _, err := client.Connect(context.Background(), &paho.Connect{ClientID: "flood", CleanStart: true, KeepAlive: 60}); err != nil {
		b.Error(err)
		return
	}
	for n := 0; ; n++ {
		select {
		case <-stop:
			_ = client.Disconnect(&paho.Disconnect{})
			return
		default:
		}
		p := &paho.Publish{Topic: "ptvd/hall/cmd/lamp/on"}
		if n%1000 == 999 {
			p.Payload = make([]byte, 1_000_000)
		}
		if _, err := client.Publish(context.Background(), p); err != nil {
			return
		}
	}
}
