package hwcheck_test

import (
	"testing"
	"time"

	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
)

func TestAnOutputIsSwitchedOnAndOff(t *testing.T) {
	changes := 0
	got := scenario{yaml: "  relay: {plugin: output, pin: GPIO22}", person: func(t *scheduler.Task, board *sim.Board) error {
		before := board.Level("GPIO22")
		for range 50 {
			if err := t.Sleep(100 * time.Millisecond); err != nil {
				return err
			}
			if level := board.Level("GPIO22"); level != before {
				before, changes = level, changes+1
			}
		}
		return nil
	}}.check(t)
	got.contains("GPIO22 is switched on and off, 1s each. If it is on when it should be off: set inverted: true.")
	got.noWarnings()
	if changes < 4 || changes > 6 {
		t.Errorf("it changed %d times in five seconds", changes)
	}
}
