package thermometer

import (
	"testing"
	"testing/fstest"
	"time"

	"ptvd/plugins"
	_ "ptvd/plugins/all"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/topics"
)

func TestTheTemperatureIsPublishedAndShownUntilTheSensorIsGoneForTooLong(t *testing.T) {
	sensor := fstest.MapFS{"28-0316a2795fff/temperature": {Data: []byte("21437\n")}}
	bus = sensor
	h := plugintest.New(t)
	h.Run(func(task *plugins.Task) error {
		porch := h.Start(task, "porch", "{plugin: thermometer, sensor: 28-0316a2795fff}")
		wall := h.Start(task, "wall", `
plugin: display
device: {max7219: {spi: SPI0.0, module: fc16}}
pages: [{degrees: porch}]`)
		words := plugintest.Subscribe[topics.Text](h, "wall", "text")
		for _, step := range []struct {
			pass time.Duration
			want topics.Text
		}{
			{time.Second, "21.4 °C"},
			{10*time.Minute - 2*time.Second, "21.4 °C"},
			{2 * time.Second, "--"},
		} {
			if err := task.Sleep(step.pass); err != nil {
				return err
			}
			if got, _ := words.Get(); got != step.want {
				t.Errorf("the panel says %q, want %q", got, step.want)
			}
			delete(sensor, "28-0316a2795fff/temperature")
		}
		if err := wall.Stop(task); err != nil {
			return err
		}
		return porch.Stop(task)
	})
}
