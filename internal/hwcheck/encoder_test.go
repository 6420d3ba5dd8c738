package hwcheck_test

import (
	"strings"
	"testing"
	"time"

	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
)

const lamp = "  lamp: {plugin: fade, output: GPIO18, encoder: {a: GPIO5, b: GPIO6}}"

// turns returns a person who turns an encoder by detents, with a second between the
// turns.
func turns(a, b string, codes int, detents ...int) func(*scheduler.Task, *sim.Board) error {
	return func(t *scheduler.Task, board *sim.Board) error {
		knob := sim.NewKnob(board, a, b, 1)
		knob.CodesPerDetent = codes
		for _, n := range detents {
			if err := knob.Turn(t, n, 100*time.Millisecond); err != nil {
				return err
			}
			if err := t.Sleep(time.Second); err != nil {
				return err
			}
		}
		return nil
	}
}

func TestEachDetentPrintsALineWithTheTotal(t *testing.T) {
	got := scenario{yaml: lamp, person: turns("GPIO5", "GPIO6", 4, 3, -1)}.check(t)
	got.contains("Turn the encoder on GPIO5 and GPIO6 clockwise", "clockwise, total +1", "clockwise, total +2", "clockwise, total +3", "counter-clockwise, total +2")
	got.noWarnings()
	got.succeeds()
}

func TestSwappedWiresCountDown(t *testing.T) {
	got := scenario{yaml: lamp, person: turns("GPIO6", "GPIO5", 4, 2)}.check(t)
	got.contains("If it prints counter-clockwise, a and b are swapped", "counter-clockwise, total -1", "counter-clockwise, total -2")
}

func TestAReversedEncoderIsReportedInTheDirectionTheLampUses(t *testing.T) {
	reversed := "  lamp: {plugin: fade, output: GPIO18, encoder: {a: GPIO5, b: GPIO6, reverse: true}}"
	scenario{yaml: reversed, person: turns("GPIO6", "GPIO5", 4, 2)}.check(t).contains(" clockwise, total +1", " clockwise, total +2")
}

func TestWarnsOfTheChannelThatIsNotConnected(t *testing.T) {
	for channel, c := range map[string]struct{ a, b, want string }{
		"a": {"GPIO20", "GPIO6", "! GPIO6 changed, but GPIO5 did not. If you turned by a detent or more: the wire of a (GPIO5) is loose or on the wrong pin."},
		"b": {"GPIO5", "GPIO20", "! GPIO5 changed, but GPIO6 did not. If you turned by a detent or more: the wire of b (GPIO6) is loose or on the wrong pin."},
	} {
		t.Run(channel, func(t *testing.T) {
			scenario{yaml: lamp, person: turns(c.a, c.b, 4, 2)}.check(t).contains(c.want)
		})
	}
}

func TestWarnsOfAButtonOnAnEncoderLine(t *testing.T) {
	scenario{yaml: lamp, person: func(t *scheduler.Task, board *sim.Board) error {
		return sim.NewButton(board, "GPIO5", 1).Click(t, 100*time.Millisecond)
	}}.check(t).contains("! GPIO5 changed, but GPIO6 did not.", "If you pressed a button: it is connected to GPIO5.")
}

func TestSuggestsStepsPerDetentFromWhereTheEncoderStops(t *testing.T) {
	for want, codes := range map[string]int{"set steps_per_detent: 2": 2, "set steps_per_detent: 1": 1} {
		t.Run(want, func(t *testing.T) {
			scenario{yaml: lamp, person: turns("GPIO5", "GPIO6", codes, 1, 1, 1)}.check(t).contains(want)
		})
	}
}

// An encoder that is off its detent at first, or whose detents lie where a channel changes, has
// four steps per detent all the same.
func TestAnEncoderOffItsDetentGetsNoWrongAdvice(t *testing.T) {
	for name, c := range map[string]struct {
		codes []int // of each turn
		want  []string
	}{
		"a code before": {[]int{1, 4, 4, -4}, []string{" clockwise, total +1", " clockwise, total +2", "counter-clockwise, total +1"}},
		"halfway":       {[]int{2, 4, 4, -4}, []string{" clockwise, total +1", " clockwise, total +2", " clockwise, total +3", "counter-clockwise, total +2"}},
		"a code after":  {[]int{3, 4, 4, -4}, []string{" clockwise, total +1", " clockwise, total +2", " clockwise, total +3", "counter-clockwise, total +2"}},
		"on a code edge": {
			[]int{5, 3, 4, -3, 4, -5},
			[]string{" clockwise, total +1", " clockwise, total +2", " clockwise, total +3", "counter-clockwise, total +2", " clockwise, total +3", "counter-clockwise, total +2"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := scenario{yaml: lamp, person: func(t *scheduler.Task, board *sim.Board) error {
				knob := sim.NewKnob(board, "GPIO5", "GPIO6", 1)
				for _, n := range c.codes {
					direction := 1
					if knob.CodesPerDetent = n; n < 0 {
						knob.CodesPerDetent, direction = -n, -1
					}
					if err := knob.Turn(t, direction, 100*time.Millisecond); err != nil {
						return err
					}
					if err := t.Sleep(time.Second); err != nil {
						return err
					}
				}
				return nil
			}}.check(t)
			got.contains(c.want...)
			got.noWarnings()
		})
	}
}

func TestAHalfTurnBackIsNoDetent(t *testing.T) {
	got := scenario{yaml: lamp, person: func(t *scheduler.Task, board *sim.Board) error {
		knob := sim.NewKnob(board, "GPIO5", "GPIO6", 1)
		knob.CodesPerDetent = 2
		if err := knob.Turn(t, 1, 100*time.Millisecond); err != nil {
			return err
		}
		return knob.Turn(t, -1, 100*time.Millisecond)
	}}.check(t)
	got.contains("GPIO5 and GPIO6 changed and changed back: no detent")
	got.noWarnings()
}

func TestWarnsThatAnEncoderDidNotChange(t *testing.T) {
	got := scenario{yaml: lamp}.check(t)
	got.contains("! GPIO5 and GPIO6 did not change. If the encoder was turned: check that its common pin is connected to ground")
	got.succeeds()
}

func TestWithOneStepPerDetentOnlyOneChannelChanges(t *testing.T) {
	solo := "  lamp: {plugin: fade, output: GPIO18, encoder: {a: GPIO5, b: GPIO6, steps_per_detent: 1}}"
	got := scenario{yaml: solo, person: turns("GPIO5", "GPIO6", 1, 1, 1, 1, 1)}.check(t)
	got.contains("clockwise, total +1", "clockwise, total +4")
	got.noWarnings()

	scenario{yaml: solo, person: turns("GPIO5", "GPIO20", 1, 1, 1, 1, 1)}.check(t).
		contains("! GPIO5 changed, but GPIO6 did not.")
}

func TestWarnsOnceOfAFloatingEncoderLine(t *testing.T) {
	floating := "  lamp: {plugin: fade, output: GPIO18, encoder: {a: GPIO5, b: GPIO6, pull: none}}"
	got := scenario{yaml: floating, person: func(t *scheduler.Task, board *sim.Board) error {
		for i := range t.Every(10 * time.Millisecond) { // 50 Hz mains hum
			board.Drive("GPIO5", i.N%2 == 0)
		}
		return nil
	}}.check(t)
	got.contains("! GPIO5 changes continuously")
	if n := strings.Count(got.text, "GPIO5 changes continuously"); n != 1 {
		t.Errorf("printed %d times", n)
	}
}
