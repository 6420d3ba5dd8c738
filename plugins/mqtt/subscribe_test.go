package mqtt_test

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/eclipse/paho.golang/paho"

	"ptvd/plugins"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/topics"
)

func TestMessagesOfOthersAreReceivedWithTheTimeThatIsLeftAndNotPublishedAgain(t *testing.T) {
	h, b := newBoard(t), startBroker(t)
	shine := plugintest.Publish(h, "lamp", level)
	h.Run(func(task *plugins.Task) error {
		o := b.observe(task)
		expiry := uint32(50)
		publish := func(topic string) {
			p := &paho.Publish{Topic: topic, Payload: []byte("7"), QoS: 1, Retain: true, Properties: &paho.PublishProperties{MessageExpiry: &expiry}}
			if _, err := plugins.Await(task, publishing(o, p)); err != nil {
				t.Error(err)
			}
		}
		publish("ptvd/kitchen/lamp/level")
		home := start(task, h, b, "subscribe: {levels: ptvd/+/lamp/level}")
		received := plugintest.Subscribe[topics.Inbox](h, "home", "levels")
		next := func(messages int) topics.Received {
			for {
				if inbox, _ := received.Last(); len(inbox) == messages {
					return inbox[messages-1]
				}
				if _, err := received.Next(task); err != nil {
					panic(err)
				}
			}
		}
		got := next(1)
		if got.Topic != "ptvd/kitchen/lamp/level" || string(got.Payload) != "7" || got.Left < 40*time.Second || got.Left > 50*time.Second {
			t.Errorf("received %+v", got)
		}
		shine(topics.Level{Goal: 1}) // its own, which comes before the next one of the other
		o.next("ptvd/hall/lamp/level")
		publish("ptvd/attic/lamp/level")
		if got = next(2); got.Topic != "ptvd/attic/lamp/level" {
			t.Errorf("received %+v", got)
		}
		o.command("end", "")
		for {
			switch p := o.any(); {
			case p.Topic == "end":
				return home.Stop(task)
			case strings.HasPrefix(p.Topic, "ptvd/hall/home/levels"):
				t.Errorf("published again: %s", p.Topic)
			}
		}
	})
}

func TestAfterTheMachineWasSuspendedAMessageIsTakenByANewConnection(t *testing.T) {
	h, b := plugintest.NewBesideProcess(t), startBroker(t)
	h.Net.Dial = new(net.Dialer).DialContext
	h.Run(func(task *plugins.Task) error {
		o := b.observe(task)
		home := start(task, h, b, "subscribe: {shared: ptvd/+/trains/shared}")
		received := plugintest.Subscribe[topics.Inbox](h, "home", "shared")
		send := func(payload string) {
			t.Helper()
			if _, err := plugins.Await(task, publishing(o, &paho.Publish{Topic: "ptvd/attic/trains/shared", QoS: 1, Retain: true, Payload: []byte(payload)})); err != nil {
				t.Fatal(err)
			}
			for inbox, _ := received.Last(); len(inbox) == 0 || string(inbox[0].Payload) != payload; {
				var err error
				if inbox, err = received.Next(task); err != nil {
					t.Fatal(err)
				}
			}
		}
		send("before")
		if err := task.Sleep(10 * time.Minute); err != nil {
			return err
		}
		send("after")
		if n := home.Meter.All()["disconnects_total"]; n != 1 {
			t.Errorf("%v connections ended", n)
		}
		return home.Stop(task)
	})
}

func TestTopicFiltersAreChecked(t *testing.T) {
	for filter, valid := range map[string]bool{
		"a/b": true, "ptvd/+/trains/shared": true, "ptvd/#": true, "#": true, "+": true,
		"": false, "a/b#": false, "#/a": false, "a/+b": false,
	} {
		err := plugintest.Check("mqtt", "broker: mqtt://hub\nsubscribe: {trains: '"+filter+"'}")
		if valid != (err == nil) || !valid && !strings.Contains(err.Error(), "subscribe.trains") {
			t.Errorf("%q: %v", filter, err)
		}
	}
}
