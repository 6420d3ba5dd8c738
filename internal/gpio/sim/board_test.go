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

	conngpio "periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

	"ptvd/internal/gpio"
	"ptvd/internal/gpio/gpioext"
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

// log is what was delivered of input lines.
type log struct {
	edges []gpioext.Edge
	lost  int
}

func (l *log) open(b *sim.Board, pull conngpio.Pull, names ...string) (gpioext.EdgeWatch, error) {
	pin, err := b.Pin(names[0])
	if err != nil {
		return nil, err
	}
	return pin.(*sim.Pin).WatchEdges(names, pull, func(e []gpioext.Edge) { l.edges = append(l.edges, e...) }, func() { l.lost++ })
}

// openOutput opens an output line.
func openOutput(b *sim.Board, name string, first gpio.Level) (*output, error) {
	pin, err := b.Pin(name)
	if err != nil {
		return nil, err
	}
	return &output{pin}, pin.Out(first)
}

// output is an output line whose Close is Halt.
type output struct{ conngpio.PinIO }

func (o *output) Close() error { return o.Halt() }

func openPWM(b *sim.Board, name string, period time.Duration) (gpioext.PWM, error) {
	pin, err := b.Pin(name)
	if err != nil {
		return nil, err
	}
	return pin.(*sim.Pin).StartPWM(period)
}

func TestAnEdgeIsStampedWhenItHappens(t *testing.T) {
	run(t, func(t *scheduler.Task, board *sim.Board) error {
		var got log
		if _, err := got.open(board, conngpio.PullUp, "GPIO5", "GPIO6"); err != nil {
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
		want := []gpioext.Edge{{Pin: 1, Level: gpio.Low}, {Pin: 0, Level: gpio.Low, Time: 7}, {Pin: 1, Level: gpio.High, Time: 7}}
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
			if _, err := got.open(board, conngpio.PullNoChange, lines...); err != nil {
				return err
			}
			for i := range gpioext.QueueSize + 1 {
				board.Drive("GPIO5", i%2 == 0)
			}
			t.Yield()
			if len(got.edges) != gpioext.QueueSize || got.lost != 1 || got.edges[0].Level != gpio.Low {
				return fmt.Errorf("%d edges and %d losses of %d lines", len(got.edges), got.lost, len(lines))
			}
			for i := range gpioext.QueueSize {
				board.Drive("GPIO5", i%2 == 1)
			}
			t.Yield()
			if len(got.edges) != 2*gpioext.QueueSize || got.lost != 1 {
				return fmt.Errorf("then, %d edges and %d losses", len(got.edges), got.lost)
			}
			return nil
		})
	}
}

func TestNoEdgeIsDeliveredAfterClose(t *testing.T) {
	run(t, func(t *scheduler.Task, board *sim.Board) error {
		var got log
		lines, err := got.open(board, conngpio.PullNoChange, "GPIO5")
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
		pull conngpio.Pull
		want gpio.Level
	}{{conngpio.PullNoChange, gpio.Low}, {conngpio.PullUp, gpio.High}, {conngpio.PullNoChange, gpio.High}, {conngpio.PullDown, gpio.Low}} {
		lines, err := new(log).open(board, test.pull, "GPIO5")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := lines.Levels(); (got == 1) != bool(test.want) || err != nil {
			t.Errorf("with pull %v: %v (%v)", test.pull, got, err)
		}
		lines.Close()
	}
}

func TestAReleasedOutputKeepsItsLevel(t *testing.T) {
	board := idle()
	out, err := openOutput(board, "GPIO23", gpio.High)
	if err != nil || board.Level("GPIO23") != gpio.High {
		t.Fatalf("it begins at %v (%v)", board.Level("GPIO23"), err)
	}
	if err := errors.Join(out.Out(gpio.Low), out.Out(gpio.High), out.Close()); err != nil {
		t.Fatal(err)
	}
	board.Drive("GPIO23", gpio.Low) // no effect: the board drives it
	if board.Level("GPIO23") != gpio.High {
		t.Error("it fell")
	}
}

func TestAPartHasOneUserAtATime(t *testing.T) {
	opens := map[string]func(*sim.Board) (io.Closer, error){
		"an input": func(b *sim.Board) (io.Closer, error) {
			return new(log).open(b, conngpio.PullNoChange, "GPIO18", "GPIO6")
		},
		"an output":     func(b *sim.Board) (io.Closer, error) { return openOutput(b, "GPIO18", gpio.Low) },
		"a PWM output":  func(b *sim.Board) (io.Closer, error) { return openPWM(b, "GPIO18", time.Millisecond) },
		"a PWM channel": func(b *sim.Board) (io.Closer, error) { return openPWM(b, "pwmchip0/2", time.Millisecond) },
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
	if _, err := new(log).open(board, conngpio.PullNoChange, "GPIO5", "GPIO5"); !errors.Is(err, syscall.EBUSY) {
		t.Errorf("got %v", err)
	}
	if _, err := openOutput(board, "GPIO5", gpio.Low); err != nil {
		t.Error(err)
	}
}

func TestErrorsListTheExistingParts(t *testing.T) {
	board := idle()
	var errs []string
	add := func(_ any, err error) { errs = append(errs, fmt.Sprint(err)) }
	add(new(log).open(board, conngpio.PullNoChange, "GPIO28"))
	add(openOutput(board, "gpio17", gpio.Low))
	add(board.OpenSPI("/dev/spidev1.0"))
	add(openPWM(board, "GPIO17", time.Millisecond))
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
	lines, err1 := new(log).open(board, conngpio.PullNoChange, "GPIO5")
	out, err2 := openOutput(board, "GPIO6", gpio.Low)
	port, err3 := board.OpenSPI("SPI0.0")
	pwm, err4 := openPWM(board, "GPIO18", time.Millisecond)
	if err := errors.Join(err1, err2, err3, err4, lines.Close(), out.Close(), port.Close(), pwm.Close(), board.Close()); err != nil {
		t.Fatal(err)
	}
	_, read := lines.Levels()
	_, connected := port.Connect(physic.MegaHertz, spi.Mode0, 8)
	_, opened := openOutput(board, "GPIO7", gpio.Low)
	_, openedSPI := board.OpenSPI("SPI0.1")
	_, openedPWM := openPWM(board, "GPIO19", time.Millisecond)
	for i, err := range []error{read, connected, pwm.SetDuty(1), opened, openedSPI, openedPWM} {
		if !errors.Is(err, os.ErrClosed) {
			t.Errorf("%d: got %v", i, err)
		}
	}
}

func TestAClosedPWMOutputKeepsItsDutyCycle(t *testing.T) {
	board := idle()
	pwm, err := openPWM(board, "pwmchip0/2", time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	if err := pwm.SetDuty(40000); err != nil || board.Duty("GPIO18") != 40000 || board.Duty("pwmchip0/2") != 40000 {
		t.Errorf("it is %d (%v)", board.Duty("GPIO18"), err)
	}
	if pwm.Close(); board.Duty("GPIO18") != 40000 {
		t.Error("it goes on after Close")
	}
	if _, err := openPWM(board, "GPIO18", 0); err == nil {
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
		return board.Close(t)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestALineOfAChipWithoutInterruptsIsPolledAndDriven(t *testing.T) {
	loop := scheduler.New(scheduler.Options{Clock: scheduler.NewVirtualClock(0)})
	world := sim.New(loop)
	world.RemoveInterrupts("GPIO5")
	err := loop.Run(func(task *scheduler.Task) error {
		claims := gpio.NewClaims()
		claims.Poll = 50 * time.Millisecond
		b := gpio.NewBoard(world, claims, "test")
		in, err := b.Input(task, gpio.InputOptions{Lines: []string{"GPIO5"}, Pull: gpio.PullUp, ActiveLow: true, Debounce: 10 * time.Millisecond})
		if err != nil {
			return err
		}
		if want := "GPIO5: polled every 50ms, since its driver reports no edges"; b.Polled() != want {
			t.Errorf("%q, want %q", b.Polled(), want)
		}
		world.Drive("GPIO5", gpio.Low)
		if e, err := in.Next(task); err != nil || e.Level != gpio.High || e.At > scheduler.Instant(50*time.Millisecond) {
			t.Errorf("the press: %v (%v)", e, err)
		}
		if err := b.Close(task); err != nil {
			return err
		}
		out, err := b.Output(task, "GPIO5", gpio.High)
		if err != nil || world.Level("GPIO5") != gpio.High {
			t.Errorf("an output: %v, level %v", err, world.Level("GPIO5"))
		}
		if err := out.Set(task, gpio.Low); err != nil || world.Level("GPIO5") != gpio.Low {
			t.Errorf("an output: %v, level %v", err, world.Level("GPIO5"))
		}
		return b.Close(task)
	})
	if err != nil {
		t.Fatal(err)
	}
}
