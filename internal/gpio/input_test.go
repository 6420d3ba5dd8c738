package gpio_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
)

// run runs a body on a simulated board in virtual time.
func run(t *testing.T, body func(t *scheduler.Task, world *sim.Board, board *gpio.Board) error) {
	t.Helper()
	loop := scheduler.New(scheduler.Options{Clock: scheduler.NewVirtualClock(0)})
	world := sim.New(loop)
	board := gpio.NewBoard(world, gpio.NewClaims(), "test")
	err := loop.Run(func(t *scheduler.Task) error {
		defer board.Close(t)
		return body(t, world, board)
	})
	if err != nil {
		t.Fatal(err)
	}
}

var push = gpio.InputOptions{
	Lines: []string{"GPIO17"}, Pull: gpio.PullUp, ActiveLow: true, Debounce: 10 * time.Millisecond,
}

// record collects the edges of an input until the task that does so is cancelled.
func record(t *scheduler.Task, in *gpio.Input, into *[]gpio.Edge) *scheduler.Task {
	return t.Go("record", func(t *scheduler.Task) error {
		for {
			e, err := in.Next(t)
			if err != nil {
				return err
			}
			*into = append(*into, e)
		}
	}, scheduler.Urgent())
}

func TestEachClickOfABouncingButtonIsReportedOnce(t *testing.T) {
	for seed := range uint64(50) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			var got []gpio.Edge
			run(t, func(t *scheduler.Task, world *sim.Board, board *gpio.Board) error {
				button := sim.NewButton(world, "GPIO17", seed)
				in, err := board.Input(t, push)
				if err != nil {
					return err
				}
				record(t, in, &got)
				for range 20 {
					if err := errors.Join(button.Click(t, 20*time.Millisecond), t.Sleep(20*time.Millisecond)); err != nil {
						return err
					}
				}
				if in.Lost() != 0 {
					return fmt.Errorf("%d losses", in.Lost())
				}
				return nil
			})
			if len(got) != 40 {
				t.Errorf("20 clicks became %d edges: %v", len(got), got)
			}
			for i, e := range got {
				if e.Level != gpio.Level(i%2 == 0) {
					t.Errorf("edge %d is %v", i, e)
				}
			}
		})
	}
}

func TestAPressIsReportedAtItsFirstEdge(t *testing.T) {
	run(t, func(t *scheduler.Task, world *sim.Board, board *gpio.Board) error {
		in, err := board.Input(t, push)
		if err != nil {
			return err
		}
		t.Go("press", func(t *scheduler.Task) error {
			defer world.Drive("GPIO17", gpio.Low)
			return t.Sleep(time.Second)
		})
		e, err := in.Next(t)
		if want := (gpio.Edge{Level: gpio.High, At: scheduler.Instant(time.Second)}); err != nil || e != want || t.Now() != want.At {
			return fmt.Errorf("got %v (%v) at %v, want %v", e, err, t.Now(), want)
		}
		return nil
	})
}

func TestAReleaseDuringTheHoldIsReportedAtItsEndWithItsTimestamp(t *testing.T) {
	run(t, func(t *scheduler.Task, world *sim.Board, board *gpio.Board) error {
		in, err := board.Input(t, push)
		if err != nil {
			return err
		}
		var got []gpio.Edge
		record(t, in, &got)
		world.Drive("GPIO17", gpio.Low)
		t.Sleep(4 * time.Millisecond)
		world.Float("GPIO17")
		t.Sleep(5 * time.Millisecond)
		if len(got) != 1 {
			return fmt.Errorf("within the hold: %v", got)
		}
		t.Sleep(2 * time.Millisecond)
		want := gpio.Edge{Level: gpio.Low, At: scheduler.Instant(4 * time.Millisecond)}
		if len(got) != 2 || got[1] != want {
			return fmt.Errorf("got %v, want %v in the end", got, want)
		}
		return nil
	})
}

func TestALateLoopSeesEveryClickWithItsTimestamp(t *testing.T) {
	run(t, func(t *scheduler.Task, world *sim.Board, board *gpio.Board) error {
		in, err := board.Input(t, push)
		if err != nil {
			return err
		}
		button := sim.NewButton(world, "GPIO17", 1)
		for tick := range t.Every(200 * time.Millisecond) { // nobody listens yet
			if tick.N == 3 {
				break
			}
			if err := button.Click(t, 100*time.Millisecond); err != nil {
				return err
			}
		}
		for i := range 6 {
			e, err := in.Next(t)
			began := scheduler.Instant(i) * scheduler.Instant(100*time.Millisecond)
			if late := e.At.Sub(began); err != nil || e.Level != gpio.Level(i%2 == 0) || late < 0 || late > sim.MaxBounce {
				return fmt.Errorf("edge %d is %v (%v), want one at %v", i, e, err, began)
			}
		}
		return nil
	})
}

func TestAContactClosedBeforeOpeningGivesALevelAndNoEdge(t *testing.T) {
	run(t, func(t *scheduler.Task, world *sim.Board, board *gpio.Board) error {
		world.Drive("GPIO17", gpio.Low)
		in, err := board.Input(t, push)
		if err != nil {
			return err
		}
		if in.Level(0) != gpio.High {
			return errors.New("the level is that of an open contact")
		}
		return wantTimeout(t, in, time.Second)
	})
}

// wantTimeout waits for an edge that must not come.
func wantTimeout(t *scheduler.Task, in *gpio.Input, d time.Duration) error {
	var e gpio.Edge
	err := t.Timeout(d, func() (err error) {
		e, err = in.Next(t)
		return err
	})
	if err != scheduler.ErrTimeout {
		return fmt.Errorf("got %v (%v), want nothing", e, err)
	}
	return nil
}

func TestALineOnHoldDoesNotDelayAnother(t *testing.T) {
	run(t, func(t *scheduler.Task, world *sim.Board, board *gpio.Board) error {
		in, err := board.Input(t, gpio.InputOptions{Lines: []string{"GPIO5", "GPIO6"}, Debounce: 10 * time.Millisecond})
		if err != nil {
			return err
		}
		var got []gpio.Edge
		record(t, in, &got)
		world.Drive("GPIO5", gpio.High)
		t.Sleep(time.Millisecond)
		world.Drive("GPIO5", gpio.Low)
		world.Drive("GPIO6", gpio.High)
		t.Sleep(0)
		t.Sleep(time.Millisecond)
		want := fmt.Sprint([]gpio.Edge{{Line: 0, Level: gpio.High}, {Line: 1, Level: gpio.High, At: 1e6}})
		if fmt.Sprint(got) != want {
			return fmt.Errorf("got %v, want %v", got, want)
		}
		return t.Sleep(time.Second)
	})
}

func TestCancellingNextLosesNoEdge(t *testing.T) {
	run(t, func(t *scheduler.Task, world *sim.Board, board *gpio.Board) error {
		in, err := board.Input(t, push)
		if err != nil {
			return err
		}
		if err := wantTimeout(t, in, time.Second); err != nil {
			return err
		}
		world.Drive("GPIO17", gpio.Low)
		e, err := in.Next(t)
		if err != nil || e.Level != gpio.High {
			return fmt.Errorf("got %v (%v)", e, err)
		}
		return nil
	})
}

func TestAnInputHasOneTo64Lines(t *testing.T) {
	run(t, func(t *scheduler.Task, _ *sim.Board, board *gpio.Board) error {
		for _, lines := range [][]string{nil, make([]string, 65)} {
			if _, err := board.Input(t, gpio.InputOptions{Lines: lines}); err == nil {
				return fmt.Errorf("%d were accepted", len(lines))
			}
		}
		return nil
	})
}

func TestDeliveringAnEdgeDoesNotAllocate(t *testing.T) {
	var allocations float64
	run(t, func(t *scheduler.Task, world *sim.Board, board *gpio.Board) error {
		in, err := board.Input(t, push)
		if err != nil {
			return err
		}
		level := gpio.High
		t.Go("drive", func(t *scheduler.Task) error {
			for range t.Every(20 * time.Millisecond) {
				level = !level
				world.Drive("GPIO17", level)
			}
			return nil
		})
		allocations = testing.AllocsPerRun(100, func() {
			if _, nextErr := in.Next(t); nextErr != nil {
				err = nextErr
			}
		})
		return err
	})
	if allocations != 0 {
		t.Errorf("%v allocations an edge", allocations)
	}
}

func BenchmarkEdge(b *testing.B) {
	loop := scheduler.New(scheduler.Options{Clock: scheduler.NewVirtualClock(0)})
	world := sim.New(loop)
	board := gpio.NewBoard(world, gpio.NewClaims(), "test")
	b.ReportAllocs()
	err := loop.Run(func(t *scheduler.Task) error {
		in, err := board.Input(t, gpio.InputOptions{Lines: []string{"GPIO17"}})
		for i := 0; i < b.N && err == nil; i++ {
			world.Drive("GPIO17", i%2 == 0)
			_, err = in.Next(t)
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}
