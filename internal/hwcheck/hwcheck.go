// Package hwcheck implements "ptvd check --hardware". It opens each part that a
// configuration names, prints what it found, and runs the hardware tests of the
// plugins ([plugins.HardwareTester]) while a person watches, presses and turns. No
// instance is started.
package hwcheck

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	conngpio "periph.io/x/conn/v3/gpio"

	"ptvd/internal/config"
	"ptvd/internal/gpio"
	"ptvd/internal/gpio/expander"
	"ptvd/internal/gpio/gpioext"
	"ptvd/internal/gpio/periph"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/host"
	"ptvd/internal/scheduler"
	"ptvd/internal/textfmt"
	"ptvd/internal/wallclock"
)

// Options are the options of Run.
type Options struct {
	File  *config.File
	Title string    // the configuration's name in the output
	Out   io.Writer // gets whole lines; may be slow
	Width int       // of the output, in characters; 0: lines are not wrapped
	Log   *slog.Logger

	// ReadAnswer reads a line that the person has typed. It is called beside the loop,
	// again for each line until it returns an error. Nil means that nobody answers.
	ReadAnswer func(context.Context) (string, error)

	// Duration limits the hardware tests, which begin when every part has been
	// opened once; zero means until the context is done.
	Duration time.Duration

	// Inspect returns what is known of the machine. Nil means [Inspect] on a real
	// board, and nothing on a simulated one.
	Inspect func() (Machine, error)
	// Board makes the board; nil means the one that the file names.
	Board func(*scheduler.Loop) gpio.Backend
	// Clock is the loop's clock; nil means the system's.
	Clock scheduler.Clock
}

// Run checks the hardware until the context is done or the time is over. It prints
// what it finds; the error only sums up what could not be opened or failed.
func Run(ctx context.Context, o Options) error {
	c := &checker{Options: o, loop: scheduler.New(scheduler.Options{Clock: o.Clock})}
	c.output = &output{out: o.Out, width: o.Width, lines: scheduler.NewQueue[string](maxQueued)}
	c.answers = scheduler.NewQueue[string](1)
	c.stop = scheduler.NewFlag(c.loop)
	release := context.AfterFunc(ctx, c.stop.Set)
	defer release()
	return c.loop.Run(c.main)
}

// checker is the state of one Run.
type checker struct {
	Options
	loop    *scheduler.Loop
	stop    *scheduler.Flag
	output  *output
	board   gpio.Backend
	machine Machine
	parts   []*part
	opened  bool     // every part was opened, or failed to open
	denied  bool     // a part failed with "permission denied"
	inUse   bool     // a part is held by another ptvd
	failed  []string // instances whose hardware test failed
	asking  scheduler.Lock
	answers *scheduler.Queue[string] // lines that were typed
}

// main is the first task. It runs after the check was cancelled, to print the
// summary.
func (c *checker) main(t *scheduler.Task) error {
	writer := t.Go("output", func(t *scheduler.Task) error {
		defer c.stop.Set() // after a write error nobody sees the rest
		return c.output.write(t)
	})
	check := t.Go("check", c.check)
	if c.ReadAnswer != nil {
		t.Go("answers", c.readAnswers)
	}
	t.Go("stop", func(t *scheduler.Task) error {
		err := c.stop.Wait(t)
		check.Cancel()
		return err
	})
	err := t.Join(check)
	if err == nil || errors.Is(err, scheduler.ErrTaskCancelled) {
		err = c.summarize()
	}
	return errors.Join(c.output.close(t, writer), err)
}

// readAnswers ends with the input, and abandons a read when the check ends. A line that is
// typed early waits for its question.
func (c *checker) readAnswers(t *scheduler.Task) error {
	for {
		line, err := scheduler.Await(t, c.ReadAnswer)
		if errors.Is(err, scheduler.ErrCancelled) {
			return err
		}
		if err != nil {
			return nil //nolint:nilerr // without an input nobody answers, and the tests go on
		}
		if err := c.answers.Put(t, line); err != nil {
			return err
		}
	}
}

// check opens all parts and then runs the hardware tests.
func (c *checker) check(t *scheduler.Task) error {
	if err := c.openBoard(t); err != nil {
		return err
	}
	for _, i := range c.File.Instances {
		for _, p := range i.Parts() {
			c.parts = append(c.parts, &part{Part: p, instance: i})
		}
	}
	where := "this board"
	if c.simulated() {
		where = "a simulated board; set board: periph to test real hardware"
	}
	c.output.line("", "%s: %s on %s", c.Title, textfmt.Count(len(c.parts), "part"), where)
	c.output.line("", "")
	if c.machine.OtherInstance != 0 {
		c.printHolders()
		return nil
	}
	if err := c.openParts(t); err != nil {
		return err
	}
	return c.runTests(t)
}

func (c *checker) simulated() bool { return c.File.Board == config.Simulated }

func (c *checker) openBoard(t *scheduler.Task) (err error) {
	switch {
	case c.Board != nil:
		c.board = c.Board(c.loop)
	case c.simulated():
		c.board = sim.New(c.loop)
	default:
		c.board = settledInputs{periph.Board{}}
	}
	c.board = expander.Attach(c.board, gpio.NewClaims(), c.File.Expanders)
	inspect := c.Inspect
	if inspect == nil {
		if c.simulated() {
			return nil
		}
		inspect = Inspect
	}
	c.machine, err = scheduler.Await(t, func(context.Context) (Machine, error) { return inspect() })
	if errors.Is(err, scheduler.ErrCancelled) {
		return err
	}
	if err != nil { // the result is still useful
		c.Log.Warn("hardware inventory incomplete", "err", err)
	}
	return nil
}

// settledInputs is a board whose input lines settle before their first reading: a
// pull-up of 50 kΩ charges the 100 nF of a filter in 5 ms, and until then the line
// would read as pressed.
type settledInputs struct{ gpio.Backend }

const settlingTime = 25 * time.Millisecond

// Pin returns a pin whose edges are watched after it has settled.
func (s settledInputs) Pin(name string) (conngpio.PinIO, error) {
	pin, err := s.Backend.Pin(name)
	if p, ok := pin.(gpioext.BoardPin); ok {
		return settledPin{p}, err
	}
	return pin, err
}

type settledPin struct{ gpioext.BoardPin }

// WatchEdges is called beside the loop, and so may sleep.
func (p settledPin) WatchEdges(names []string, pull conngpio.Pull, deliver func([]gpioext.Edge), overflow func()) (gpioext.EdgeWatch, error) {
	watch, err := p.BoardPin.WatchEdges(names, pull, deliver, overflow)
	if err == nil {
		time.Sleep(settlingTime)
	}
	return watch, err
}

// newInstance returns what a plugin is made with. Only its board is used.
func (c *checker) newInstance(i config.Instance, claims *gpio.Claims) *host.Instance {
	return &host.Instance{
		Name:       i.Name,
		Definition: i.Definition,
		Log:        c.Log.With("plugin", i.Name),
		Loop:       c.loop,
		Clock:      wallclock.New(wallclock.SystemClock(), c.loop.Now, c.File.Timezone, false),
		Board:      gpio.NewBoard(c.board, claims, i.Name),
		Health:     host.NewHealth(c.loop.Now, func(*host.Health) {}),
		Meter:      host.NewMeter(),
		Bus:        host.NewBus(c.loop.Now),
	}
}

// summarize prints advice and returns the error that decides the exit status.
func (c *checker) summarize() error {
	c.output.line("", "")
	if c.inUse {
		c.output.line("", "Stop the service and try again: sudo systemctl stop ptvd")
	}
	if c.denied && os.Geteuid() != 0 {
		c.output.line("", "Permission denied for some parts. Run the check as the service's user: sudo -u ptvd ptvd check --hardware")
	}
	closed := 0
	for _, p := range c.parts {
		if !p.opened {
			closed++
		}
	}
	switch {
	case c.machine.OtherInstance != 0:
		return fmt.Errorf("hardware is in use by another ptvd (PID %d)", c.machine.OtherInstance)
	case !c.opened:
		return errors.New("interrupted before every part was opened")
	case closed > 0:
		return fmt.Errorf("%d of %s could not be opened", closed, textfmt.Count(len(c.parts), "part"))
	case len(c.failed) > 0:
		return fmt.Errorf("hardware test failed: %s", strings.Join(c.failed, ", "))
	}
	c.output.line("", "%s opened, no errors.", textfmt.Count(len(c.parts), "part"))
	return nil
}
