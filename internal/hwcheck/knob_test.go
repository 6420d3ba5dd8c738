package hwcheck_test

import (
	"strings"
	"testing"
	"time"

	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
)

const lamp = "  lamp: {plugin: fade, output: GPIO18, encoder: {a: GPIO5, b: GPIO6}}"

// turns returns somebody who turns a knob, click by click, some of them slowly
// enough to rest in between.
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

func TestEachDetentIsALineAndTheyAddUp(t *testing.T) {
	got := table{yaml: lamp, hands: turns("GPIO5", "GPIO6", 4, 3, -1)}.check(t)
	got.says("Turn the knob on GPIO5 and GPIO6 to the right", "clockwise, +1 in all", "clockwise, +2 in all", "clockwise, +3 in all", "counter-clockwise, +2 in all")
	got.doubtsNothing()
	got.isWell()
}

func TestSwappedWiresCountDown(t *testing.T) {
	got := table{yaml: lamp, hands: turns("GPIO6", "GPIO5", 4, 2)}.check(t)
	got.says("If it says counter-clockwise, a and b are swapped", "counter-clockwise, -1 in all", "counter-clockwise, -2 in all")
}

func TestAReversedKnobIsToldTheWayTheLampTakesIt(t *testing.T) {
	reversed := "  lamp: {plugin: fade, output: GPIO18, encoder: {a: GPIO5, b: GPIO6, reverse: true}}"
	table{yaml: reversed, hands: turns("GPIO6", "GPIO5", 4, 2)}.check(t).says(" clockwise, +1 in all", " clockwise, +2 in all")
}

func TestAChannelThatIsNotConnectedIsNamed(t *testing.T) {
	for channel, c := range map[string]struct{ a, b, want string }{
		"a": {"GPIO20", "GPIO6", "! GPIO6 changed, and GPIO5 did not. If you turned by a click or more: the wire of a (GPIO5) is loose or on another pin."},
		"b": {"GPIO5", "GPIO20", "! GPIO5 changed, and GPIO6 did not. If you turned by a click or more: the wire of b (GPIO6) is loose or on another pin."},
	} {
		t.Run(channel, func(t *testing.T) {
			table{yaml: lamp, hands: turns(c.a, c.b, 4, 2)}.check(t).says(c.want)
		})
	}
}

func TestAButtonOnALineOfTheKnobIsFound(t *testing.T) {
	table{yaml: lamp, hands: func(t *scheduler.Task, board *sim.Board) error {
		return sim.NewButton(board, "GPIO5", 1).Click(t, 100*time.Millisecond)
	}}.check(t).says("! GPIO5 changed, and GPIO6 did not.", "If you pressed a button: it is wired to GPIO5.")
}

func TestAKnobOfAnotherKindIsToldByWhereItRests(t *testing.T) {
	for want, codes := range map[string]int{"write steps_per_detent: 2": 2, "write steps_per_detent: 1": 1} {
		t.Run(want, func(t *testing.T) {
			table{yaml: lamp, hands: turns("GPIO5", "GPIO6", codes, 1, 1)}.check(t).says(want)
		})
	}
}

func TestAHalfTurnBackIsNoDetent(t *testing.T) {
	got := table{yaml: lamp, hands: func(t *scheduler.Task, board *sim.Board) error {
		knob := sim.NewKnob(board, "GPIO5", "GPIO6", 1)
		knob.CodesPerDetent = 2
		if err := knob.Turn(t, 1, 100*time.Millisecond); err != nil {
			return err
		}
		return knob.Turn(t, -1, 100*time.Millisecond)
	}}.check(t)
	got.says("GPIO5 and GPIO6 changed, and came back: no detent")
	got.doubtsNothing()
}

func TestAKnobThatNobodyTurnedIsDoubted(t *testing.T) {
	got := table{yaml: lamp}.check(t)
	got.says("! GPIO5 and GPIO6 never changed. If somebody turned: is the encoder's common leg on ground")
	got.isWell()
}

func TestWithOneCodeToTheDetentAClickMovesOneChannelAlone(t *testing.T) {
	solo := "  lamp: {plugin: fade, output: GPIO18, encoder: {a: GPIO5, b: GPIO6, steps_per_detent: 1}}"
	got := table{yaml: solo, hands: turns("GPIO5", "GPIO6", 1, 1, 1, 1, 1)}.check(t)
	got.says("clockwise, +1 in all", "clockwise, +4 in all")
	got.doubtsNothing()

	table{yaml: solo, hands: turns("GPIO5", "GPIO20", 1, 1, 1, 1, 1)}.check(t).
		says("! GPIO5 changed, and GPIO6 did not.")
}

func TestAKnobsLineThatHangsInTheAirIsFound(t *testing.T) {
	hums := "  lamp: {plugin: fade, output: GPIO18, encoder: {a: GPIO5, b: GPIO6, pull: none}}"
	got := table{yaml: hums, hands: func(t *scheduler.Task, board *sim.Board) error {
		for i := range t.Every(10 * time.Millisecond) { // the mains
			board.Drive("GPIO5", i.N%2 == 0)
		}
		return nil
	}}.check(t)
	got.says("! GPIO5 changes without end")
	if n := strings.Count(got.text, "GPIO5 changes without end"); n != 1 {
		t.Errorf("it is said %d times", n)
	}
}
