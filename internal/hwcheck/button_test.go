package hwcheck_test

import (
	"strings"
	"testing"
	"time"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
)

const bell = `
  lamp: {plugin: fade, output: GPIO18}
  bell: {plugin: button, pin: GPIO17, on_press: lamp.toggle, on_double: lamp.on, on_long: lamp.off`

func TestAPressIsReportedWithTheActionItCalls(t *testing.T) {
	got := scenario{yaml: bell + "}", person: func(t *scheduler.Task, board *sim.Board) error {
		return sim.NewButton(board, "GPIO17", 1).Click(t, 200*time.Millisecond)
	}}.check(t)
	got.contains("GPIO17 reads as not pressed. Press the button.", "pressed: GPIO17 is low", "press: calls lamp.toggle", "released: GPIO17 is high")
	got.lacks("click", "double:", "long:")
	got.noWarnings()
	got.succeeds()
}

func TestADoubleClickAndALongPressAreRecognisedAsInTheService(t *testing.T) {
	scenario{yaml: bell + "}", person: func(t *scheduler.Task, board *sim.Board) error {
		button := sim.NewButton(board, "GPIO17", 1)
		for _, held := range []time.Duration{80 * time.Millisecond, 80 * time.Millisecond, 1500 * time.Millisecond} {
			if err := button.Click(t, held); err != nil {
				return err
			}
			if err := t.Sleep(100 * time.Millisecond); err != nil {
				return err
			}
		}
		return nil
	}}.check(t).contains("pressed", "released", "pressed", "double: calls lamp.on", "released", "pressed", "long: calls lamp.off", "released")
}

func TestWarnsThatAButtonDidNotChangeAndWhereItsOtherLegGoes(t *testing.T) {
	for leg, options := range map[string]string{"ground": "", "3.3 V": ", active_low: false, pull: down"} {
		t.Run(leg, func(t *testing.T) {
			got := scenario{yaml: bell + options + "}"}.check(t)
			got.contains("GPIO17 reads as not pressed", "! GPIO17 did not change. If the button was pressed: a wire is loose or on the wrong pin, or the button's other leg is not connected to "+leg)
			got.succeeds()
		})
	}
}

func TestWarnsThatAButtonReadsAsPressedWithTheLikelyReason(t *testing.T) {
	low := func(b *sim.Board) { b.Drive("GPIO17", gpio.Low) }
	high := func(b *sim.Board) { b.Drive("GPIO17", gpio.High) }
	for name, c := range map[string]struct {
		options string
		wiring  func(*sim.Board)
		reason  string
	}{
		"connected to ground":  {"", low, "the line is connected to ground"},
		"wrong pull":           {", pull: down", nil, "For a button to ground set pull: up"},
		"wrong polarity":       {", active_low: false", nil, "For a button to ground set active_low: true, for a button to 3.3 V set pull: down"},
		"connected to 3.3 V":   {", active_low: false, pull: down", high, "the line is connected to 3.3 V"},
		"no external resistor": {", pull: none", low, "Without one, set pull: up"},
	} {
		t.Run(name, func(t *testing.T) {
			got := scenario{yaml: bell + c.options + "}", wire: c.wiring}.check(t)
			got.contains("! GPIO17 reads as pressed. If nobody is pressing the button: ", c.reason, "! GPIO17 still reads as pressed at the end of the test.")
			got.succeeds()
		})
	}
}

func TestAButtonHeldFromTheBeginningIsFineOnceReleased(t *testing.T) {
	got := scenario{
		yaml:   bell + "}",
		wire:   func(b *sim.Board) { b.Drive("GPIO17", gpio.Low) },
		person: func(_ *scheduler.Task, b *sim.Board) error { b.Float("GPIO17"); return nil },
	}.check(t)
	got.contains("! GPIO17 reads as pressed", "released: GPIO17 is high")
	got.lacks("did not change", "at the end", "calls")
}

func TestWarnsThatAButtonIsStuckAfterAMinute(t *testing.T) {
	scenario{yaml: bell + "}", duration: 2 * time.Minute, person: func(_ *scheduler.Task, b *sim.Board) error {
		b.Drive("GPIO17", gpio.Low)
		return nil
	}}.check(t).contains("pressed", "! GPIO17 has been pressed for a minute: is the button stuck?")
}

func TestWarnsOnceOfAFloatingInput(t *testing.T) {
	got := scenario{yaml: bell + "}", duration: 10 * time.Second, person: func(t *scheduler.Task, b *sim.Board) error {
		for tick := range t.Every(10 * time.Millisecond) { // 50 Hz mains hum
			b.Drive("GPIO17", tick.N%2 == 0)
		}
		return nil
	}}.check(t)
	got.contains("! GPIO17 changes faster than a person can press (")
	if n := strings.Count(got.text, "pressed: GPIO17"); n > 8 {
		t.Errorf("ten seconds of noise are %d presses", n)
	}
}
