package hwcheck_test

import (
	"testing"
	"time"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
)

const bell = `
  lamp: {plugin: fade, output: GPIO18}
  bell: {plugin: button, pin: GPIO17, on_press: lamp.toggle, on_double: lamp.on, on_long: lamp.off`

func TestAPressIsToldWithWhatItCalls(t *testing.T) {
	got := table{yaml: bell + "}", hands: func(t *scheduler.Task, board *sim.Board) error {
		return sim.NewButton(board, "GPIO17", 1).Click(t, 200*time.Millisecond)
	}}.check(t)
	got.says("GPIO17 reads as not pressed. Press it.", "pressed: GPIO17 is low", "press: calls lamp.toggle", "released: GPIO17 is high")
	got.saysNot("click", "double:", "long:")
	got.doubtsNothing()
	got.isWell()
}

func TestADoubleClickAndALongPressAreToldAsTheServiceWouldTakeThem(t *testing.T) {
	table{yaml: bell + "}", hands: func(t *scheduler.Task, board *sim.Board) error {
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
	}}.check(t).says("pressed", "released", "pressed", "double: calls lamp.on", "released", "pressed", "long: calls lamp.off", "released")
}

func TestAButtonThatNobodyPressedIsDoubtedWithWhereItsOtherLegShouldGo(t *testing.T) {
	for leg, options := range map[string]string{"ground": "", "3.3 V": ", active_low: false, pull: down"} {
		t.Run(leg, func(t *testing.T) {
			got := table{yaml: bell + options + "}"}.check(t)
			got.says("GPIO17 reads as not pressed", "! GPIO17 never changed. If you pressed the button: a wire is loose or on another pin, or the button's other leg is not connected to "+leg)
			got.isWell()
		})
	}
}

func TestAButtonThatReadsAsPressedWhileNobodyPressesIsExplainedByItsOptions(t *testing.T) {
	low := func(b *sim.Board) { b.Drive("GPIO17", gpio.Low) }
	high := func(b *sim.Board) { b.Drive("GPIO17", gpio.High) }
	for name, c := range map[string]struct {
		options string
		wiring  func(*sim.Board)
		because string
	}{
		"joined to ground":              {"", low, "the line is connected to ground"},
		"the pull works against it":     {", pull: down", nil, "For a button to ground write pull: up"},
		"the polarity works against it": {", active_low: false", nil, "For a button to ground write active_low: true, for one to 3.3 V write pull: down"},
		"joined to 3.3 V":               {", active_low: false, pull: down", high, "the line is connected to 3.3 V"},
		"without a resistor of its own": {", pull: none", low, "without one, write pull: up"},
	} {
		t.Run(name, func(t *testing.T) {
			got := table{yaml: bell + c.options + "}", before: c.wiring}.check(t)
			got.says("! GPIO17 reads as pressed. If nobody is pressing it: ", c.because, "! GPIO17 read as pressed throughout the test.")
			got.isWell()
		})
	}
}

func TestAButtonThatWasHeldFromTheBeginningIsWellOnceItIsReleased(t *testing.T) {
	got := table{
		yaml:   bell + "}",
		before: func(b *sim.Board) { b.Drive("GPIO17", gpio.Low) },
		hands:  func(_ *scheduler.Task, b *sim.Board) error { b.Float("GPIO17"); return nil },
	}.check(t)
	got.says("! GPIO17 reads as pressed", "released: GPIO17 is high")
	got.saysNot("never changed", "throughout", "calls")
}

func TestAButtonThatIsStuckForAMinuteIsDoubted(t *testing.T) {
	table{yaml: bell + "}", lasts: 2 * time.Minute, hands: func(_ *scheduler.Task, b *sim.Board) error {
		b.Drive("GPIO17", gpio.Low)
		return nil
	}}.check(t).says("pressed", "! GPIO17 has been pressed for a minute: is the button stuck?")
}

func TestALineThatPicksUpTheMainsIsDoubtedOnceAndDoesNotFloodTheTerminal(t *testing.T) {
	got := table{yaml: bell + "}", lasts: 10 * time.Second, hands: func(t *scheduler.Task, b *sim.Board) error {
		for tick := range t.Every(10 * time.Millisecond) { // 50 Hz
			b.Drive("GPIO17", tick.N%2 == 0)
		}
		return nil
	}}.check(t)
	got.says("! GPIO17 changes faster than a person can press", "… and ")
	if lines := len(got.text); lines > 20*1000 {
		t.Errorf("ten seconds of noise are %d characters", lines)
	}
}
