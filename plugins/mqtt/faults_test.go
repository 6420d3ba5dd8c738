package mqtt_test

import (
	"bytes"
	"context"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eclipse/paho.golang/paho"

	"ptvd/plugins"
	"ptvd/plugins/mqtt"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/topics"
)

const toFake = "{plugin: mqtt, prefix: ptvd/hall, broker: 'mqtt://hub.example', commands: [lamp.on], publish: [panel.frame, porch.reading]}"

// toFakeAll publishes every state and event, and carries out no commands.
const toFakeAll = "{plugin: mqtt, prefix: ptvd/hall, broker: 'mqtt://hub.example'}"

func TestAStreamIsPublishedOnceASecondAtMost(t *testing.T) {
	inVirtualTime(t, func(task *plugins.Task, h *plugintest.Harness, b *fakeBroker) error {
		show := plugintest.Publish(h, "panel", frame)
		plugintest.Publish(h, "porch", reading)
		h.Handle("lamp", "on", func(string) error { return nil })
		home := h.Start(task, "home", toFake)
		for n := range 99 { // which end before the fifth picture
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

const (
	keepAlive  = 30 * time.Second
	dropPeriod = 10 * time.Second
)

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
		connects := b.connects.Load()
		for end := task.Now().Add(10 * time.Minute); task.Now() < end; task.Sleep(time.Second) {
			go b.send("ptvd/hall/cmd/lamp/on", bytes.Repeat([]byte("x"), 1_000_000))
		}
		if n := b.connects.Load() - connects; n < 10 || n > 25 {
			t.Errorf("to a broker that ends each connection at once it connects %d times in ten minutes", n)
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

// proxy stands between the board and the broker. While it is stopped it forwards nothing,
// and closes nothing, as a router that was restarted does.
type proxy struct {
	address string // of the broker
	gate    sync.RWMutex
}

// stop ends the forwarding until resume is called.
func (p *proxy) stop()   { p.gate.Lock() }
func (p *proxy) resume() { p.gate.Unlock() }

// dial returns a connection to the broker through the proxy.
func (p *proxy) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer listener.Close()
	there, err := new(net.Dialer).DialContext(ctx, network, p.address)
	if err != nil {
		return nil, err
	}
	here, err := new(net.Dialer).DialContext(ctx, network, listener.Addr().String())
	if err != nil {
		return nil, err
	}
	between, err := listener.Accept()
	if err != nil {
		return nil, err
	}
	for _, way := range [][2]net.Conn{{between, there}, {there, between}} {
		go func() {
			for buffer := make([]byte, 64<<10); ; {
				n, err := way[0].Read(buffer)
				p.gate.RLock()
				if err == nil {
					_, err = way[1].Write(buffer[:n])
				}
				p.gate.RUnlock()
				if err != nil {
					way[0].Close()
					way[1].Close()
					return
				}
			}
		}()
	}
	return here, nil
}

func TestAHalfOpenConnectionIsGivenUpAndTheNewestStateComesByTheNext(t *testing.T) {
	mqtt.SetPacketTimeout(t, 100*time.Millisecond)
	h, b := newBoard(t), startBroker(t)
	between := &proxy{address: b.Address}
	h.Net.Dial = between.dial
	measure := plugintest.Publish(h, "porch", reading)
	h.Run(func(task *plugins.Task) error {
		o := b.observe(task)
		home := start(task, h, b)
		o.next("ptvd/hall/status")
		between.stop()
		measure(topics.Reading{Value: 1})
		until(task, home, "degraded")
		measure(topics.Reading{Value: 2})
		between.resume()
		until(task, home, "ok")
		for p := o.next("ptvd/hall/porch/reading"); value(t, p) != `{"value":2,"unit":""}`; p = o.next("ptvd/hall/porch/reading") {
		}
		return home.Stop(task)
	})
}

func TestABrokerThatSendsAByteASecondIsWaitedForAsLongAsAnAnswerMayTake(t *testing.T) {
	inVirtualTime(t, func(task *plugins.Task, h *plugintest.Harness, b *fakeBroker) error {
		plugintest.Publish(h, "panel", frame)
		measure := plugintest.Publish(h, "porch", reading)
		calls := 0
		h.Handle("lamp", "on", func(string) error { calls++; return nil })
		home := h.Start(task, "home", toFake)
		task.Sleep(time.Second)
		b.slow.Store(true)
		measure(topics.Reading{Value: 1}) // is acknowledged after 6 s
		task.Sleep(dropPeriod)
		b.send("ptvd/hall/cmd/lamp/on", nil) // takes 26 s
		task.Sleep(keepAlive)
		if calls != 1 || b.connects.Load() != 1 {
			t.Errorf("%d commands are carried out, with %d connections", calls, b.connects.Load())
		}
		b.send("ptvd/hall/cmd/lamp/on", bytes.Repeat([]byte("x"), 1000))
		task.Sleep(2 * keepAlive)
		if home.Health.Condition != "degraded" || calls != 1 {
			t.Errorf("with a message that takes 17 minutes the health is %q", home.Health.Why)
		}
		b.slow.Store(false)
		task.Sleep(time.Minute)
		if home.Health.Condition != "ok" {
			t.Errorf("it is not connected again: %s", home.Health.Why)
		}
		return home.Stop(task)
	})
}
