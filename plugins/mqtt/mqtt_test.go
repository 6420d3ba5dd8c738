package mqtt_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/eclipse/paho.golang/paho"

	"ptvd/internal/mosquitto"
	"ptvd/plugins"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/topics"
)

var (
	reading = plugins.NewTopic[topics.Reading]("reading", "what it measures", plugins.State(2*time.Minute))
	level   = plugins.NewTopic[topics.Level]("level", "how bright it is", plugins.State(0))
	gesture = plugins.NewTopic[string]("gesture", "what somebody does", plugins.Events())
	frame   = plugins.NewTopic[int]("frame", "what it shows", plugins.Stream())
)

// start starts the plugin on a board, with options beside the broker's address.
func start(task *plugins.Task, h *plugintest.Harness, b *broker, options ...string) *plugintest.Instance {
	return h.Start(task, "home", "{plugin: mqtt, prefix: ptvd/hall, broker: 'mqtt://"+b.Address+"'"+strings.Join(append([]string{""}, options...), ", ")+"}")
}

func value(t *testing.T, p *paho.Publish) string {
	var envelope struct{ Value json.RawMessage }
	if err := json.Unmarshal(p.Payload, &envelope); err != nil {
		t.Errorf("%s: %q: %v", p.Topic, p.Payload, err)
	}
	return string(envelope.Value)
}

// old is a payload whose content is older than its publication.
type old struct {
	Value float64 `json:"value"`
	since plugins.Instant
}

func (o old) Since() plugins.Instant { return o.since }

func TestStatesAreRetainedUntilTheyExpireAndEventsAreNotRetained(t *testing.T) {
	h, b := newBoard(t), startBroker(t)
	oldReading := plugins.NewTopic[old]("reading", "is 30 s old when it is published", plugins.State(2*time.Minute))
	measure, ring, shine := plugintest.Publish(h, "porch", oldReading), plugintest.Publish(h, "bell", gesture), plugintest.Publish(h, "lamp", level)
	h.Run(func(task *plugins.Task) error {
		measure(old{21.4, task.Now().Add(-30 * time.Second)})
		shine(topics.Level{Goal: 1})
		home := start(task, h, b)
		o := b.observe(task)
		if p := o.next("ptvd/hall/porch/reading"); value(t, p) != `{"value":21.4}` || !p.Retain || *p.Properties.MessageExpiry > 90 || *p.Properties.MessageExpiry < 60 {
			t.Errorf("the reading is %s, retain %v, expiry %v s", p.Payload, p.Retain, *p.Properties.MessageExpiry)
		}
		if p := o.next("ptvd/hall/lamp/level"); !p.Retain || p.Properties.MessageExpiry != nil {
			t.Errorf("the level is %+v", p)
		}
		ring("click")
		if p := o.next("ptvd/hall/bell/gesture"); value(t, p) != `"click"` || p.Retain || p.Properties.MessageExpiry == nil {
			t.Errorf("the event is %+v", p)
		}
		h.Bus.Forget("lamp")
		if p := o.next("ptvd/hall/lamp/level"); len(p.Payload) != 0 || !p.Retain {
			t.Errorf("a topic that was removed is %+v", p)
		}
		return home.Stop(task)
	})
}

func TestTheStatusIsOnlineAndTheLastWillOffline(t *testing.T) {
	h, b := newBoard(t), startBroker(t)
	h.Run(func(task *plugins.Task) error {
		o := b.observe(task)
		home := start(task, h, b)
		if p := o.next("ptvd/hall/status"); string(p.Payload) != "online" || !p.Retain {
			t.Errorf("it begins with %+v", p)
		}
		if err := home.Stop(task); err != nil {
			return err
		}
		if p := o.next("ptvd/hall/status"); string(p.Payload) != "offline" || !p.Retain {
			t.Errorf("it ends with %+v", p)
		}
		return nil
	})
}

// lastConnection returns where the board's newest connection is, once there is one.
func lastConnection(h *plugintest.Harness) *net.Conn {
	var conn net.Conn
	h.Net.Dial = func(ctx context.Context, network, address string) (_ net.Conn, err error) {
		conn, err = new(net.Dialer).DialContext(ctx, network, address)
		return conn, err
	}
	return &conn
}

func TestTheLastWillIsOfflineWhereTheConnectionBreaks(t *testing.T) {
	h, b := newBoard(t), startBroker(t)
	conn := lastConnection(h)
	h.Run(func(task *plugins.Task) error {
		o := b.observe(task)
		home := start(task, h, b)
		for _, want := range []string{"online", "offline", "online"} {
			if p := o.next("ptvd/hall/status"); string(p.Payload) != want || !p.Retain {
				t.Errorf("it is %+v, want %s", p, want)
			}
			if want == "online" {
				(*conn).Close()
			}
		}
		return home.Stop(task)
	})
}

func TestOnlyNamedTopicsArePublishedAndHealthAlways(t *testing.T) {
	h, b := newBoard(t), startBroker(t)
	measure, ring, show := plugintest.Publish(h, "porch", reading), plugintest.Publish(h, "bell", gesture), plugintest.Publish(h, "panel", frame)
	h.Run(func(task *plugins.Task) error {
		measure(topics.Reading{Value: 21.4})
		o := b.observe(task)
		home := start(task, h, b, "publish: [bell.gesture, panel.frame]")
		o.next("ptvd/hall/status")
		show(1)
		if p := o.next("ptvd/hall/panel/frame"); value(t, p) != "1" {
			t.Errorf("the stream is %s", p.Payload)
		}
		measure(topics.Reading{Value: 22})
		ring("click")
		for p := (&paho.Publish{}); p.Topic != "ptvd/hall/bell/gesture"; p = o.any() {
			if p.Topic == "ptvd/hall/porch/reading" {
				t.Errorf("it publishes %s", p.Payload)
			}
		}
		home.Health.Degraded("for the test")
		if p := o.next("ptvd/hall/home/health"); value(t, p) != `{"condition":"degraded","why":"for the test"}` {
			t.Errorf("the health is %s", p.Payload)
		}
		return home.Stop(task)
	})
}

func TestOnlyAllowedCommandsAreCarriedOutAndEachIsAnswered(t *testing.T) {
	h, b := newBoard(t), startBroker(t)
	var called []string
	h.Handle("lamp", "on", func(arg string) error { called = append(called, "on"+arg); return nil })
	h.Handle("lamp", "off", func(string) error { return errors.New("no such output") })
	h.Handle("door", "open", func(string) error { called = append(called, "open"); return nil })
	h.Run(func(task *plugins.Task) error {
		o := b.observe(task)
		home := start(task, h, b, "commands: [lamp.on, lamp.off]")
		o.next("ptvd/hall/status")
		for _, c := range []struct{ command, payload, want string }{
			{"/lamp/on", "", `{"ok":true}`},
			{"/lamp/on", "now", `{"ok":false,"error":"lamp.on takes no argument; write lamp.on"}`},
			{"/lamp/off", "", `{"ok":false,"error":"no such output"}`},
			{"/door/open", "", `{"ok":false,"error":"door.open is not among the commands of the configuration; there is lamp.on, lamp.off"}`},
			{"/lamp/blow", "", `{"ok":false,"error":"lamp.blow is not among the commands of the configuration; there is lamp.on, lamp.off"}`},
			{"/lamp", "", `{"ok":false,"error":"the topic names no action; publish to ptvd/hall/cmd/INSTANCE/ACTION; there is lamp.on, lamp.off"}`},
			{"", "", `{"ok":false,"error":"the topic names no action; publish to ptvd/hall/cmd/INSTANCE/ACTION; there is lamp.on, lamp.off"}`},
			{"/lamp/on/result", `{"ok":true}`, ""},
			{"/lamp/on/now", "", `{"ok":false,"error":"lamp.on/now is not among the commands of the configuration; there is lamp.on, lamp.off"}`},
		} {
			if o.command("ptvd/hall/cmd"+c.command, c.payload); c.want == "" {
				continue // not answered: the next one is
			}
			p := o.any()
			for ; p.Topic != "ptvd/hall/cmd"+c.command+"/result"; p = o.any() {
				if strings.HasSuffix(p.Topic, "result/result") {
					t.Errorf("an answer is answered: %+v", p)
				}
			}
			if string(p.Payload) != c.want || p.Retain || p.QoS != 1 {
				t.Errorf("%s %s: got %+v, want %s", c.command, c.payload, p, c.want)
			}
		}
		if fmt.Sprint(called) != "[on]" {
			t.Errorf("it calls %v", called)
		}
		return home.Stop(task)
	})
}

func TestCommandsThatTheBrokerKeepsAreNotCarriedOutLater(t *testing.T) {
	h, b := newBoard(t), startBroker(t)
	h.Handle("lamp", "on", func(string) error { t.Error("a retained command is carried out"); return nil })
	h.Run(func(task *plugins.Task) error {
		o := b.observe(task)
		_, err := plugins.Await(task, publishing(o, &paho.Publish{Topic: "ptvd/hall/cmd/lamp/on", QoS: 1, Retain: true, Payload: []byte(" ")}))
		if err != nil {
			return err
		}
		home := start(task, h, b, "commands: [lamp.on]")
		o.next("ptvd/hall/status")
		o.command("ptvd/hall/cmd/none/none", "") // answered after what came before
		o.next("ptvd/hall/cmd/none/none/result")
		return home.Stop(task)
	})
}

func TestAfterAnOutageTheNewestStatesArePublishedAndNoEventIsLate(t *testing.T) {
	h, b := newBoard(t), startBroker(t)
	measure, ring := plugintest.Publish(h, "porch", reading), plugintest.Publish(h, "bell", gesture)
	h.Run(func(task *plugins.Task) error {
		o := b.observe(task)
		home := start(task, h, b)
		o.next("ptvd/hall/status")
		b.Kill()
		until(task, home, "degraded")
		for n := range 5 {
			ring(fmt.Sprint("late", n))
			measure(topics.Reading{Value: float64(n)})
		}
		b.Start()
		o = b.observe(task)
		if p := o.next("ptvd/hall/porch/reading"); value(t, p) != `{"value":4,"unit":""}` {
			t.Errorf("it publishes %s", p.Payload)
		}
		ring("click")
		if p := o.next("ptvd/hall/bell/gesture"); value(t, p) != `"click"` {
			t.Errorf("it publishes %s", p.Payload)
		}
		if home.Health.Condition != "ok" {
			t.Errorf("the health is %s: %s", home.Health.Condition, home.Health.Why)
		}
		return home.Stop(task)
	})
}

func TestTheHealthSaysWhyThereIsNoConnection(t *testing.T) {
	passwords := t.TempDir() + "/passwords"
	locked := startBroker(t, "allow_anonymous false", "password_file "+passwordFile(t, passwords))
	for _, c := range []struct {
		broker  *broker
		options string
		want    string
	}{
		{&broker{Broker: &mosquitto.Broker{Address: mosquitto.FreeAddress(t)}}, "", "connection refused"},
		{locked, "", "Not authorized"},
		{locked, "username: hall, password: wrong", "Not authorized"},
	} {
		h := newBoard(t)
		h.Run(func(task *plugins.Task) error {
			home := start(task, h, c.broker, c.options)
			until(task, home, "degraded")
			if !strings.Contains(home.Health.Why, c.want) {
				t.Errorf("with %q it is %s: %s", c.options, home.Health.Condition, home.Health.Why)
			}
			return home.Stop(task)
		})
	}
	h := newBoard(t)
	h.Run(func(task *plugins.Task) error {
		home := start(task, h, locked, "username: hall, password: secret")
		home.Health.Degraded("not connected yet")
		until(task, home, "ok")
		return home.Stop(task)
	})
}

func TestTheHealthSaysThatTheBrokerHasClosedTheConnection(t *testing.T) {
	h, b := newBoard(t), startBroker(t)
	conn := lastConnection(h)
	h.Run(func(task *plugins.Task) error {
		o := b.observe(task)
		home := start(task, h, b)
		o.next("ptvd/hall/status")
		if err := (*conn).(*net.TCPConn).CloseRead(); err != nil {
			return err
		}
		until(task, home, "degraded")
		const want = "the broker closed the connection; another client may use the client_id ptvd-"
		if !strings.Contains(home.Health.Why, want) {
			t.Errorf("it is %s, want %s", home.Health.Why, want)
		}
		return home.Stop(task)
	})
}
