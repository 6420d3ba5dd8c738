package gpio_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	conngpio "periph.io/x/conn/v3/gpio"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/gpioext"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
)

func TestEdgesLostInAFullQueueAreCounted(t *testing.T) {
	run(t, func(t *scheduler.Task, world *sim.Board, board *gpio.Board) error {
		in, err := board.Input(t, gpio.InputOptions{Lines: []string{"GPIO17"}})
		if err != nil {
			return err
		}
		for i := range gpio.QueueSize + 1 { // within one step: the kernel loses the first
			world.Drive("GPIO17", i%2 == 0)
		}
		for i := range gpio.QueueSize - 1 { // the next led back to the level that was known
			e, err := in.Next(t)
			if err != nil || e.Level != gpio.Level(i%2 == 0) || in.Lost() != 1 {
				return fmt.Errorf("edge %d is %v (%v) after %d losses", i, e, err, in.Lost())
			}
		}
		return wantTimeout(t, in, time.Second)
	})
}

func TestAnUnreadInputKeepsTheLatestEdges(t *testing.T) {
	run(t, func(t *scheduler.Task, world *sim.Board, board *gpio.Board) error {
		in, err := board.Input(t, gpio.InputOptions{Lines: []string{"GPIO17"}})
		if err != nil {
			return err
		}
		for i := range 1001 {
			world.Drive("GPIO17", i%2 == 0)
			t.Sleep(time.Millisecond)
		}
		want := gpio.Edge{Level: gpio.High, At: scheduler.Instant(time.Second)}
		for e := (gpio.Edge{}); e != want; {
			if e, err = in.Next(t); err != nil {
				return err
			}
		}
		if in.Lost() != 1 {
			return fmt.Errorf("%d losses", in.Lost())
		}
		return nil
	})
}

func TestLinesThatAreReadAgainChangeTogether(t *testing.T) {
	lines := &scriptedLines{}
	loop := scheduler.New(scheduler.Options{Clock: scheduler.NewVirtualClock(0)})
	board := gpio.NewBoard(lines, gpio.NewClaims(), "test")
	err := loop.Run(func(t *scheduler.Task) error {
		in, err := board.Input(t, gpio.InputOptions{Lines: []string{"GPIO5", "GPIO6"}})
		if err != nil {
			return err
		}
		lines.levels = 0b11
		lines.overflow()
		if _, err := in.Next(t); err != nil {
			return err
		}
		if in.Level(0) != gpio.High || in.Level(1) != gpio.High {
			return fmt.Errorf("after the first edge the levels are %v and %v", in.Level(0), in.Level(1))
		}
		lines.err = errors.New("the chip is gone")
		lines.overflow()
		if _, err = in.Next(t); err != nil { // the other line's edge
			return err
		}
		if _, err := in.Next(t); err != lines.err {
			return fmt.Errorf("got %v, want %v", err, lines.err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// scriptedLines are lines that change and fail without an edge.
type scriptedLines struct {
	gpio.Backend
	gpioext.EdgePin
	levels   uint64
	err      error
	deliver  func([]gpioext.Edge)
	overflow func()
}

func (l *scriptedLines) Pin(string) (conngpio.PinIO, error) { return l, nil }

func (l *scriptedLines) WatchEdges(_ []string, _ conngpio.Pull, deliver func([]gpioext.Edge), overflow func()) (gpioext.EdgeWatch, error) {
	l.deliver, l.overflow = deliver, overflow
	return l, nil
}

func (l *scriptedLines) Levels() (uint64, error) { return l.levels, l.err }
func (l *scriptedLines) Close() error            { return nil }

func TestATimestampInTheFutureBecomesNow(t *testing.T) {
	lines := &scriptedLines{}
	loop := scheduler.New(scheduler.Options{Clock: scheduler.NewVirtualClock(100)})
	board := gpio.NewBoard(lines, gpio.NewClaims(), "test")
	err := loop.Run(func(t *scheduler.Task) error {
		in, err := board.Input(t, gpio.InputOptions{Lines: []string{"GPIO5"}})
		if err != nil {
			return err
		}
		lines.deliver([]gpioext.Edge{{Level: gpio.High, Time: 1 << 50}})
		if e, err := in.Next(t); err != nil || e.At != 100 {
			return fmt.Errorf("got %v (%v)", e, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
