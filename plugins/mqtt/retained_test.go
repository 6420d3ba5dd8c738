package mqtt_test

import (
	"testing"

	"ptvd/plugins"
	"ptvd/plugins/mqtt"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/topics"
)

// mustClear waits until a topic is removed from the broker.
func (o *observer) mustClear(topic string) {
	for p := o.next(topic); len(p.Payload) > 0 || !p.Retain; p = o.next(topic) {
	}
}

// startAgain starts an instance that was stopped, which finds the files that it has left.
func startAgain(task *plugins.Task, h *plugintest.Harness, before *plugintest.Instance, cfg mqtt.Config) *plugintest.Instance {
	again := h.Instance(before.Name, "mqtt")
	again.Storage = before.Storage
	return again.StartPlugin(task, func(env plugins.Env) (plugins.Plugin, error) { return mqtt.New(env, cfg) })
}

func TestWithTheInstanceItsDeviceAndItsTopicsAreRemoved(t *testing.T) {
	h, b := newBoard(t), startBroker(t)
	measure := plugintest.Publish(h, "porch", reading)
	h.Run(func(task *plugins.Task) error {
		measure(topics.Reading{Value: 1})
		h.Start(task, "lamp", "{plugin: fade, output: GPIO18}")
		home := start(task, h, b, "home_assistant: true")
		o := b.observe(task)
		found(t, o, "lamp_level")
		o.next("ptvd/hall/homeassistant/lamp/level")
		home.Removed = true
		if err := home.Stop(task); err != nil {
			return err
		}
		late := b.observe(task)
		late.command("end", "")
		for p := late.any(); p.Topic != "end"; p = late.any() {
			t.Errorf("%s stays on the broker: %s", p.Topic, p.Payload)
		}
		return nil
	})
}

func TestWhatGoesWhileThePluginDoesNotRunIsRemovedAtItsNextStart(t *testing.T) {
	h, b := newBoard(t), startBroker(t)
	measure := plugintest.Publish(h, "porch", reading)
	h.Run(func(task *plugins.Task) error {
		measure(topics.Reading{Value: 1})
		o := b.observe(task)
		home := start(task, h, b, "home_assistant: true")
		found(t, o, "porch_reading")
		o.next("ptvd/hall/porch/reading")
		if err := home.Stop(task); err != nil {
			return err
		}
		h.Bus.Forget("porch")

		again := startAgain(task, h, home, mqtt.Config{Broker: "mqtt://" + b.Address, Prefix: "ptvd/hall", HomeAssistant: true})
		o.mustClear("ptvd/hall/porch/reading")
		for len(readDiscovery(t, o.next(device)).Cmps["porch_reading"]) != 1 { // nothing but its platform
		}
		return again.Stop(task)
	})
}

func TestWithAnotherConfigurationTheOldTopicsAreRemoved(t *testing.T) {
	h, b := newBoard(t), startBroker(t)
	h.Run(func(task *plugins.Task) error {
		o := b.observe(task)
		home := start(task, h, b, "home_assistant: true")
		found(t, o, "home_health")
		if err := home.Stop(task); err != nil {
			return err
		}
		other := startAgain(task, h, home, mqtt.Config{Broker: "mqtt://" + b.Address, Prefix: "ptvd/attic"})
		for _, topic := range []string{device, "ptvd/hall/home/health"} {
			o.mustClear(topic)
		}
		return other.Stop(task)
	})
}
