package sim_test

import (
	"errors"
	"fmt"
	"syscall"
	"testing"

	conngpio "periph.io/x/conn/v3/gpio"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
)

func TestLinesOfARemovedChipMustBeOpenedAgain(t *testing.T) {
	run(t, func(t *scheduler.Task, board *sim.Board) error {
		var got log
		lines, err := got.open(board, conngpio.PullUp, "GPIO5", "GPIO6")
		if err != nil {
			return err
		}
		output, err := board.Pin("GPIO9")
		if err == nil {
			err = output.Out(gpio.High)
		}
		if err != nil {
			return err
		}
		board.LoseChip()
		board.Drive("GPIO5", gpio.Low)
		t.Yield()
		if err := output.Out(gpio.Low); !errors.Is(err, syscall.ENODEV) || board.Level("GPIO9") != gpio.High {
			return fmt.Errorf("what was open before is set: %v", err)
		}
		_, reading := lines.Levels()
		_, opening := got.open(board, conngpio.PullUp, "GPIO7")
		if len(got.edges) != 0 || got.lost != 1 || !errors.Is(reading, syscall.ENODEV) || !errors.Is(opening, syscall.ENODEV) {
			return fmt.Errorf("edges %v, told %d times; reading: %v; opening: %v", got.edges, got.lost, reading, opening)
		}

		board.ReturnChip()
		if _, err := lines.Levels(); !errors.Is(err, syscall.ENODEV) {
			return fmt.Errorf("what was open before is read: %v", err)
		}
		if err := output.Out(gpio.Low); err != nil || board.Level("GPIO9") != gpio.Low {
			return fmt.Errorf("the output is opened again: %v", err)
		}
		var reopened log
		if _, err := reopened.open(board, conngpio.PullUp, "GPIO5", "GPIO6"); err != nil {
			return err
		}
		lines.Close()
		board.Float("GPIO5")
		t.Yield()
		if len(reopened.edges) != 1 || len(got.edges) != 0 {
			return fmt.Errorf("edges: %v, and for the dead lines %v", reopened.edges, got.edges)
		}
		return nil
	})
}
