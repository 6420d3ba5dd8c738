package display

import (
	"testing"
	"time"

	"ptvd/internal/host"
	"ptvd/plugins"
	"ptvd/plugins/max7219"
	"ptvd/plugins/panel"
)

func TestATransferThatHangsIsReported(t *testing.T) {
	health := host.NewHealth(func() plugins.Instant { return 0 }, func(*host.Health) {})
	s := sender{env: plugins.Env{Health: health}, device: plugins.Choice[panel.DeviceConfig]{Name: "max7219", Value: &max7219.Config{SPI: "SPI0.0"}}}
	s.since = plugins.Instant(time.Hour)
	s.watch(s.since.Add(sendTimeout))
	if health.Condition != host.OK {
		t.Error("it was reported too early")
	}
	s.watch(s.since.Add(sendTimeout + 1))
	if health.Condition != host.Degraded {
		t.Error("it was not reported")
	}
}
