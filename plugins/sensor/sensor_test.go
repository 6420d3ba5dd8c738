package sensor_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"ptvd/internal/gpio"
	"ptvd/internal/host"
	"ptvd/plugins"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/sensor"
	"ptvd/plugins/topics"
)

func TestAReadingIsPublishedUntilTheSensorIsGoneForTooLong(t *testing.T) {
	h := plugintest.New(t)
	set := func(celsius float64) {
		h.Board.SetSensor("bme280", "temp", plugins.Measurement{Value: celsius, Unit: "°C"})
	}
	h.Board.RemoveSensor("bme280", "temp")
	h.Run(func(task *plugins.Task) error {
		porch := h.Start(task, "porch", "{plugin: sensor, device: bme280, channel: temp, every: 10s}")
		reading := plugintest.Subscribe[topics.Reading](h, "porch", "reading")
		want := func(after time.Duration, want topics.Reading, holds bool, health host.Condition) {
			t.Helper()
			task.Sleep(after)
			if got, ok := reading.Get(); got != want || ok != holds {
				t.Errorf("at %v: %v, %v, want %v, %v", h.Clock.Now(), got, ok, want, holds)
			}
			if porch.Health.Condition != health {
				t.Errorf("at %v its health is %v: %s", h.Clock.Now(), porch.Health.Condition, porch.Health.Why)
			}
		}
		want(time.Second, topics.Reading{}, false, host.Degraded)
		set(21.4) // it comes later
		want(10*time.Second, topics.Reading{Value: 21.4, Unit: "°C"}, true, host.OK)
		set(-3)
		want(10*time.Second, topics.Reading{Value: -3, Unit: "°C"}, true, host.OK)
		h.Board.RemoveSensor("bme280", "temp") // it goes away
		want(10*time.Second, topics.Reading{Value: -3, Unit: "°C"}, true, host.Degraded)
		want(20*time.Second, topics.Reading{}, false, host.Degraded)
		if !strings.Contains(porch.Health.Why, "sensor not read: bme280 temp: no such device") {
			t.Errorf("its health says %q", porch.Health.Why)
		}
		set(4)
		want(10*time.Second, topics.Reading{Value: 4, Unit: "°C"}, true, host.OK)
		return porch.Stop(task)
	})
}

// slowBoard is a board whose sensors take a while to answer.
type slowBoard struct {
	gpio.Backend
	h     *plugintest.Harness
	takes *time.Duration
	reads *int
}

func (b slowBoard) ReadSensor(device, channel string) (gpio.Measurement, error) {
	*b.reads++
	if err := b.h.Delay(context.Background(), *b.takes); err != nil {
		return gpio.Measurement{}, err
	}
	return b.Backend.ReadSensor(device, channel)
}

func TestASensorThatHangsIsReportedAndReadAgainWhenItAnswers(t *testing.T) {
	h := plugintest.New(t)
	cfg := sensor.Config{Device: "bme280", Channel: "temp", Every: 10 * time.Second}
	takes, reads := 45*time.Second, 0
	porch := h.Instance("porch", "sensor")
	h.Bus.Declare("porch", porch.Definition, cfg)
	porch.Board = gpio.NewBoard(slowBoard{h.Board, h, &takes, &reads}, gpio.NewClaims(), "porch")
	h.Run(func(task *plugins.Task) error {
		porch.StartPlugin(task, func(env plugins.Env) (plugins.Plugin, error) { return sensor.New(env, cfg) })
		task.Sleep(40 * time.Second)
		if want := "no answer within 5s"; porch.Health.Condition != host.Degraded || !strings.Contains(porch.Health.Why, want) {
			t.Errorf("its health is %v: %s", porch.Health.Condition, porch.Health.Why)
		}
		if reads != 1 {
			t.Errorf("%d calls of a driver that hangs", reads)
		}
		takes = time.Second
		task.Sleep(20 * time.Second)
		if porch.Health.Condition != host.OK {
			t.Errorf("its health is %v: %s", porch.Health.Condition, porch.Health.Why)
		}
		return porch.Stop(task)
	})
}

func TestDeviceAndChannelAreRequired(t *testing.T) {
	for options, want := range map[string]string{
		"device: bme280": "required option channel is missing",
		"channel: temp":  "required option device is missing",
		"device: bme280\nchannel: temp\nevery: 10ms": "out of range",
	} {
		if err := plugintest.Check("sensor", options); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", options, err, want)
		}
	}
}
