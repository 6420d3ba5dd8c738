// Package hwcheck tries the hardware that a configuration names, while somebody
// with a soldering iron watches: it opens each line, port and output by itself and
// says what it found, and then lets each instance light up, or tell what is pressed
// and turned, by the trials of its plugin ([plugins.HardwareTester]). No instance is started.
package hwcheck

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/gpio"
	"ptvd/internal/gpio/periph"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
	"ptvd/internal/wallclock"
	"ptvd/plugins"
)

// Options say what is tried, and where it is said.
type Options struct {
	File  *config.File
	Title string    // what the configuration is called
	Out   io.Writer // takes whole lines; it may be slow
	Width int       // of the lines, in characters; 0: they are not broken
	Log   *slog.Logger

	// Lasts is how long the trials go on, once every part was looked at; zero
	// means until the context is done.
	Lasts time.Duration

	// Look tells what is around the board; nil means what Look does, and on a
	// simulated board nothing.
	Look func() (Surroundings, error)
	// Board makes the board; nil means the one that the file names.
	Board func(*scheduler.Loop) gpio.Backend
	// Clock is the loop's clock; nil means the system's.
	Clock scheduler.Clock
}

// Run tries everything, until the context is done or the time is over. The error
// says how much was not found or failed; what, and what to do about it, was
// written.
func Run(ctx context.Context, o Options) error {
	c := &check{Options: o, loop: scheduler.New(scheduler.Options{Clock: o.Clock})}
	c.sheet = newSheet(o.Out, o.Width)
	c.stop = scheduler.NewFlag(c.loop)
	forget := context.AfterFunc(ctx, c.stop.Set)
	defer forget()
	return c.loop.Run(c.main)
}

// check is one run.
type check struct {
	Options
	loop   *scheduler.Loop
	stop   *scheduler.Flag
	sheet  *sheet
	board  gpio.Backend
	around Surroundings
	parts  []*part
	looked bool     // every part was
	denied bool     // one may not be opened by this user
	held   bool     // another ptvd has one
	failed []string // instances of which a trial failed
}

// main is the first task: it outlives the work, to say what came of it.
func (c *check) main(t *scheduler.Task) error {
	writing := t.Go("write", func(t *scheduler.Task) error {
		defer c.stop.Set() // what nobody reads need not go on
		return c.sheet.write(t)
	})
	work := t.Go("work", c.work)
	t.Go("stop", func(t *scheduler.Task) error {
		err := c.stop.Wait(t)
		work.Cancel()
		return err
	})
	err := t.Join(work)
	if err == nil || errors.Is(err, scheduler.ErrCancelled) {
		err = c.conclude()
	}
	return errors.Join(c.sheet.end(t, writing), err)
}

// work looks for the parts and then tries them.
func (c *check) work(t *scheduler.Task) error {
	if err := c.openBoard(t); err != nil {
		return err
	}
	c.listParts()
	c.introduce()
	if c.around.Rival != 0 {
		c.showHeld()
		return nil
	}
	if err := c.find(t); err != nil {
		return err
	}
	return c.tryAll(t)
}

func (c *check) simulated() bool { return c.File.Board == config.Simulated }

func (c *check) openBoard(t *scheduler.Task) (err error) {
	switch {
	case c.Board != nil:
		c.board = c.Board(c.loop)
	case c.simulated():
		c.board = sim.New(c.loop)
	default:
		c.board = settling{periph.New(c.loop.Now)}
	}
	look := c.Look
	if look == nil {
		if c.simulated() {
			return nil
		}
		look = Look
	}
	c.around, err = scheduler.Await(t, func(context.Context) (Surroundings, error) { return look() })
	if errors.Is(err, scheduler.ErrCancelled) {
		return err
	}
	if err != nil { // what could be seen in spite of it is there
		c.Log.Warn("not all of the machine could be looked at", "err", err)
	}
	return nil
}

// env is what an instance is given to be made and tried: the board.
func (c *check) env(i config.Instance, claims *gpio.Claims) plugins.Env {
	return plugins.Env{
		Instance: i.Name,
		Log:      c.Log.With("plugin", i.Name),
		Loop:     c.loop,
		Clock:    wallclock.New(wallclock.SystemClock(), c.loop.Now, c.File.Timezone, false),
		Board:    gpio.NewBoard(c.board, claims, i.Name),
		Health:   plugins.NewHealth(c.loop.Now, func(*plugins.Health) {}),
		Meter:    plugins.NewMeter(),
		Bus:      plugins.NewBus(),
		Tasks:    new(plugins.Tasks),
	}
}

func (c *check) introduce() {
	what := "of this board"
	if c.simulated() {
		what = "of a simulated board: nothing real is touched. Write board: periph for the real one"
	}
	c.sheet.line("", "%s names %s %s.", c.Title, count(len(c.parts), "part"), what)
	c.sheet.line("", "")
}

// count writes a number of things.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
