package config_test

import (
	"reflect"
	"testing"

	"ptvd/internal/config"
	"ptvd/internal/schema"
)

func TestPartsAreThoseThatTheOptionsName(t *testing.T) {
	file := parse(t,
		"plugins:",
		"  news: {plugin: ticker}",
		"  panel: {plugin: panel, device: {max7219: {spi: /dev/spidev0.0, width: 32}}, pages: [clock]}",
		"  lamp: {plugin: lamp, output: [GPIO12, GPIO18], encoder: {a: GPIO5, b: GPIO6}}",
	)
	got := map[string][]config.Part{}
	for _, i := range file.Instances {
		got[i.Name] = i.Parts()
	}
	want := map[string][]config.Part{
		"news":  nil,
		"panel": {{schema.SPI, "/dev/spidev0.0", "device.max7219.spi"}},
		"lamp": {
			{schema.Pin, "GPIO5", "encoder.a"},
			{schema.Pin, "GPIO6", "encoder.b"},
			{schema.PWM, "GPIO12", "output[0]"},
			{schema.PWM, "GPIO18", "output[1]"},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v", got)
	}
}
