package sim_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
)

// run runs a body beside a board in virtual time.
func run(t *testing.T, body func(t *scheduler.Task, board *sim.Board) error) {
	t.Helper()
	loop := scheduler.New(scheduler.Options{Clock: scheduler.NewVirtualClock(0)})
	board := sim.New(loop)
	if err := loop.Run(func(t *scheduler.Task) error { return body(t, board) }); err != nil {
		t.Fatal(err)
	}
}

// idle returns a board beside a loop that does not run.
func idle() *sim.Board {
	return sim.New(scheduler.New(scheduler.Options{Clock: scheduler.NewVirtualClock(0)}))
}

// log is what the kernel told of input lines.
type log struct {
	edges []gpio.Edge
	lost  int
}

func (l *log) open(b *sim.Board, pull gpio.Pull, names ...string) (gpio.Lines, error) {
	return b.OpenLines(names, pull, func(e gpio.Edge) { l.edges = append(l.edges, e) }, func() { l.lost++ })
}

func TestAnEdgeIsStampedWhenItHappens(t *testing.T) {
	run(t, func(t *scheduler.Task, board *sim.Board) error {
		var got log
		if _, err := got.open(board, gpio.PullUp, "GPIO5", "GPIO6"); err != nil {
			return err
		}
		board.Drive("GPIO6", gpio.Low)
		t.Sleep(7)
		board.Drive("GPIO5", gpio.Low)
		board.Drive("GPIO5", gpio.Low)
		board.Float("GPIO6")
		if len(got.edges) != 1 {
			return fmt.Errorf("within the step, %v", got.edges)
		}
		t.Yield()
		want := []gpio.Edge{{Line: 1, Level: gpio.Low}, {Line: 0, Level: gpio.Low, At: 7}, {Line: 1, Level: gpio.High, At: 7}}
		if !slices.Equal(got.edges, want) || got.lost != 0 {
			return fmt.Errorf("got %v and %d losses, want %v", got.edges, got.lost, want)
		}
		return nil
	})
}

func TestAFullQueueDropsTheOldestEdges(t *testing.T) {
	for _, lines := range [][]string{{"GPIO5"}, {"GPIO5", "GPIO6"}} {
		run(t, func(t *scheduler.Task, board *sim.Board) error {
			var got log
			if _, err := got.open(board, gpio.PullNone, lines...); err != nil {
				return err
			}
			for i := range gpio.QueueSize + 1 {
				board.Drive("GPIO5", i%2 == 0)
			}
			t.Yield()
			if len(got.edges) != gpio.QueueSize || got.lost != 1 || got.edges[0].Level != gpio.Low {
				return fmt.Errorf("%d edges and %d losses of %d lines", len(got.edges), got.lost, len(lines))
			}
			for i := range gpio.QueueSize {
				board.Drive("GPIO5", i%2 == 1)
			}
			t.Yield()
			if len(got.edges) != 2*gpio.QueueSize || got.lost != 1 {
				return fmt.Errorf("then, %d edges and %d losses", len(got.edges), got.lost)
			}
			return nil
		})
	}
}

func TestNoEdgeIsDeliveredAfterClose(t *testing.T) {
	run(t, func(t *scheduler.Task, board *sim.Board) error {
		var got log
		lines, err := got.open(board, gpio.PullNone, "GPIO5")
		if err != nil {
			return err
		}
		board.Drive("GPIO5", gpio.High)
		lines.Close()
		board.Drive("GPIO5", gpio.Low)
		t.Yield()
		if len(got.edges) != 0 {
			return fmt.Errorf("got %v", got.edges)
		}
		return nil
	})
}

func TestThePullDeterminesTheLevelOfAnOpenContact(t *testing.T) {
	board := idle()
	for _, test := range []struct {
		pull gpio.Pull
		want gpio.Level
	}{{gpio.PullNone, gpio.Low}, {gpio.PullUp, gpio.High}, {gpio.PullNone, gpio.High}, {gpio.PullDown, gpio.Low}} {
		lines, err := new(log).open(board, test.pull, "GPIO5")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := lines.Read(0); got != test.want || err != nil {
			t.Errorf("with pull %v: %v (%v)", test.pull, got, err)
		}
		lines.Close()
	}
}

func TestAReleasedOutputKeepsItsLevel(t *testing.T) {
	board := idle()
	out, err := board.OpenOutput("GPIO23", gpio.High)
	if err != nil || board.Level("GPIO23") != gpio.High {
		t.Fatalf("it begins at %v (%v)", board.Level("GPIO23"), err)
	}
	if err := errors.Join(out.Set(gpio.Low), out.Set(gpio.High), out.Close()); err != nil {
		t.Fatal(err)
	}
	board.Drive("GPIO23", gpio.Low) // no effect: the board drives it
	if board.Level("GPIO23") != gpio.High {
		t.Error("it fell")
	}
}

func TestAPartHasOneUserAtATime(t *testing.T) {
	opens := map[string]func(*sim.Board) (io.Closer, error){
		"an input":      func(b *sim.Board) (io.Closer, error) { return new(log).open(b, gpio.PullNone, "GPIO18", "GPIO6") },
		"an output":     func(b *sim.Board) (io.Closer, error) { return b.OpenOutput("GPIO18", gpio.Low) },
		"a PWM output":  func(b *sim.Board) (io.Closer, error) { return b.OpenPWM("GPIO18", time.Millisecond) },
		"a PWM channel": func(b *sim.Board) (io.Closer, error) { return b.OpenPWM("pwmchip0/2", time.Millisecond) },
	}
	for holder, first := range opens {
		for name, second := range opens {
			board := idle()
			part, err := first(board)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := second(board); !errors.Is(err, syscall.EBUSY) || !strings.HasPrefix(err.Error(), "GPIO18: device or resource busy (held as ") {
				t.Errorf("%s, then %s: %v", holder, name, err)
			}
			if err := errors.Join(part.Close(), part.Close()); err != nil {
				t.Errorf("%s: closing it twice: %v", holder, err)
			}
			if _, err := second(board); err != nil {
				t.Errorf("%s, closed, then %s: %v", holder, name, err)
			}
		}
	}
}

func TestALineNamedTwiceIsRejectedAndReleased(t *testing.T) {
	board := idle()
	if _, err := new(log).open(board, gpio.PullNone, "GPIO5", "GPIO5"); !errors.Is(err, syscall.EBUSY) {
		t.Errorf("got %v", err)
	}
	if _, err := board.OpenOutput("GPIO5", gpio.Low); err != nil {
		t.Error(err)
	}
}

func TestErrorsListTheExistingParts(t *testing.T) {
	board := idle()
	var errs []string
	add := func(_ any, err error) { errs = append(errs, fmt.Sprint(err)) }
	add(new(log).open(board, gpio.PullNone, "GPIO28"))
	add(board.OpenOutput("gpio17", gpio.Low))
	add(board.OpenSPI("/dev/spidev1.0", 1e6))
	add(board.OpenPWM("GPIO17", time.Millisecond))
	for i, want := range []string{
		"no GPIO line is named GPIO28: the simulated board has GPIO0 to GPIO27",
		"no GPIO line is named gpio17: the simulated board has GPIO0 to GPIO27",
		"no SPI port is named /dev/spidev1.0: the simulated board has SPI0.0 and SPI0.1",
		"no PWM output is named GPIO17: the simulated board has GPIO12, GPIO13, GPIO18, GPIO19, which are pwmchip0/0 to pwmchip0/3",
	} {
		if errs[i] != want {
			t.Errorf("got  %s\nwant %s", errs[i], want)
		}
	}
}

func TestUseAfterCloseIsAnError(t *testing.T) {
	board := idle()
	lines, err1 := new(log).open(board, gpio.PullNone, "GPIO5")
	out, err2 := board.OpenOutput("GPIO6", gpio.Low)
	port, err3 := board.OpenSPI("SPI0.0", 1e6)
	pwm, err4 := board.OpenPWM("GPIO18", time.Millisecond)
	if err := errors.Join(err1, err2, err3, err4, lines.Close(), out.Close(), port.Close(), pwm.Close(), board.Close()); err != nil {
		t.Fatal(err)
	}
	_, read := lines.Read(0)
	_, opened := board.OpenOutput("GPIO7", gpio.Low)
	_, openedSPI := board.OpenSPI("SPI0.1", 1e6)
	_, openedPWM := board.OpenPWM("GPIO19", time.Millisecond)
	for i, err := range []error{read, out.Set(gpio.High), port.Tx([]byte{1}), pwm.SetDuty(1), opened, openedSPI, openedPWM} {
		if !errors.Is(err, os.ErrClosed) {
			t.Errorf("%d: got %v", i, err)
		}
	}
}

func TestAClosedPWMOutputKeepsItsDutyCycle(t *testing.T) {
	board := idle()
	pwm, err := board.OpenPWM("pwmchip0/2", time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	if err := pwm.SetDuty(40000); err != nil || board.Duty("GPIO18") != 40000 || board.Duty("pwmchip0/2") != 40000 {
		t.Errorf("it is %d (%v)", board.Duty("GPIO18"), err)
	}
	if pwm.Close(); board.Duty("GPIO18") != 40000 {
		t.Error("it goes on after Close")
	}
	if _, err := board.OpenPWM("GPIO18", 0); err == nil {
		t.Error("a period of 0 was accepted")
	}
}

func TestLinesMayBeDrivenFromAnyGoroutine(t *testing.T) {
	loop := scheduler.New(scheduler.Options{Clock: scheduler.NewTimerClock()})
	world := sim.New(loop)
	board := gpio.NewBoard(world, gpio.NewClaims(), "test")
	names := []string{"GPIO5", "GPIO6", "GPIO7"}
	err := loop.Run(func(t *scheduler.Task) error {
		in, err := board.Input(t, gpio.InputOptions{Lines: names})
		if err != nil {
			return err
		}
		var turns sync.WaitGroup
		for _, name := range names {
			turns.Go(func() {
				for i := range 1001 {
					world.Drive(name, i%2 == 0)
				}
			})
		}
		for in.Level(0) != gpio.High || in.Level(1) != gpio.High || in.Level(2) != gpio.High {
			if _, err := in.Next(t); err != nil {
				return err
			}
		}
		turns.Wait()
		return board.Close()
	})
	if err != nil {
		t.Fatal(err)
	}
}
