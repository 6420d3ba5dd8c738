package hwcheck_test

import (
	"testing"
	"time"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
)

func TestASensorIsReadAndItsChangesArePrinted(t *testing.T) {
	got := scenario{
		yaml: "  light: {plugin: sensor, device: bh1750, channel: illuminance}",
		person: func(t *scheduler.Task, board *sim.Board) error {
			err := t.Sleep(10 * time.Second)
			board.SetSensor("bh1750", "illuminance", gpio.Measurement{Value: 3.5, Unit: "lx"})
			return err
		},
	}.check(t)
	got.contains("illuminance measures 120 lx", "illuminance measures 3.5 lx")
	got.succeeds()
}

func TestASensorThatIsMissingFailsTheCheck(t *testing.T) {
	got := scenario{
		yaml: "  porch: {plugin: sensor, device: bme680, channel: temp}\n  light: {plugin: sensor, device: bh1750, channel: illuminance}",
	}.check(t)
	got.contains("FAILED: bme680 temp: no such device")
	got.contains("illuminance measures 120 lx")
	if got.err == nil {
		t.Error("the check succeeds")
	}
}
