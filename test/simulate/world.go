package simulate

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/daemon"
	"ptvd/internal/fakeserver"
	"ptvd/internal/gpio"
	"ptvd/internal/gpio/sim"
	"ptvd/internal/scheduler"
	"ptvd/plugins"
)

// World is all that a daemon meets, over the restarts of that daemon. But for the
// loop and what works beside it, of which only one runs at a time, nothing touches
// it: it needs no locks.
type World struct {
	seed    uint64
	clock   *scheduler.VirtualClock
	epoch   time.Time // the true time at instant 0
	end     scheduler.Instant
	calm    scheduler.Instant // from here on nothing new goes wrong
	house   house
	diary   *diary
	log     *slog.Logger
	print   *printed
	handles handles

	internet            *internet
	pool                *pool
	civil               *civil
	disk                *disk
	wire                wire
	slowPanel, slowDisk slowness
	lines               lines
	chaos               chaos
	tally               tally
	spared              [2]int // clicks of the spare buttons
	visitor             *visitor
	oracle              *oracle
	panel               *sim.Panel
	board               *sim.Board // of the daemon that runs, or ran last
	daemon              *daemon.Daemon
	loop                *scheduler.Loop // the daemon's
	boots               int
	stop                stop
	off                 time.Duration // how long the power stays off when the daemon has ended
	cut                 bool          // it ended without warning

	reload func() (*config.File, error)
	edits  int  // how often another configuration was read
	steady bool // the power never fails, and nobody restarts the daemon

	visits   visits
	heap     []uint64 // what was in use, day by day
	Failures []string // what should not have happened
}

// recovery is how long nothing new goes wrong in the end: longer than anything in
// the daemon waits before it tries again.
const recovery = 30 * time.Minute

// bootedAt is what the machine's monotonic clock says when the world begins.
const bootedAt = scheduler.Instant(time.Minute)

// NewWorld returns a world that lasts for a time.
func NewWorld(seed uint64, lasts time.Duration) (*World, error) {
	w := &World{
		seed: seed, clock: scheduler.NewVirtualClock(bootedAt),
		end: bootedAt.Add(lasts), calm: bootedAt.Add(lasts - recovery),
		handles: handles{},
	}
	dice := w.dice("world")
	w.epoch, w.steady = beginning(dice), dice.IntN(2) == 0
	w.diary = newDiary(w)
	w.log = slog.New(w.diary.handler()).With("plugin", "world")
	var err error
	if w.house, err = newHouse(dice, lasts); err != nil {
		return nil, err
	}
	w.panel = sim.NewPanel(w.house.width / 8)
	w.internet = newInternet(w)
	w.pool = newPool(w)
	w.civil = newCivil(w)
	w.disk = &disk{world: w, dice: w.dice("writes"), files: map[string][]byte{}}
	w.visitor = newVisitor(w)
	w.oracle = newOracle(w)
	w.chaos.World = w
	return w, nil
}

// beginning is a moment in a year, as often as not before one of the two nights
// that have an hour too many or too few in Melbourne.
func beginning(dice *rand.Rand) time.Time {
	switch dice.IntN(4) {
	case 0:
		return time.Date(2026, time.April, 4, 15, 30, 0, 0, time.UTC)
	case 1:
		return time.Date(2026, time.October, 3, 15, 30, 0, 0, time.UTC)
	}
	return time.Date(2026, time.January, 1, 0, 0, dice.IntN(365*24*60*60), 0, time.UTC)
}

// Run lives through all of it. What went wrong is in Failures.
func (w *World) Run() error {
	for name, value := range map[string]string{idVariable: fakeserver.DemoID, keyVariable: fakeserver.DemoKey} {
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	var err error
	if w.print, err = newPrinted(w); err != nil {
		return err
	}
	for _, f := range w.faults() {
		w.clock.Work(func() { w.suffer(f) })
	}
	w.clock.Work(w.visitor.live)
	w.clock.Work(w.oracle.watch)
	w.clock.Work(w.visitPage)
	w.clock.Work(w.keepBooks)
	for w.clock.Now() < w.end {
		w.live()
	}
	err = w.clock.Close()
	w.handles.mustBeClosed(w)
	w.print.finish()
	return err
}

// live is the life of one daemon, and the time after it in which there is none.
func (w *World) live() {
	w.boots++
	w.off, w.cut, w.stop = 0, false, stop{}
	w.disk.powered = w.boots
	w.civil.boot()
	w.oracle.boot()
	w.log.Info("boot", "true_time", w.now().Format(time.DateTime), "n", w.boots)
	w.daemon = daemon.New(daemon.Options{
		File: w.house.file, Log: slog.New(slog.NewMultiHandler(w.diary.handler(), w.print.handler())), Seed: w.seed | 1,
		Board: w.openBoard, Net: plugins.Network{HTTP: w.internet, Dial: w.pool.dial},
		State: w.disk.of, Clock: stays{w.clock}, System: w.civil,
		Reload: func() (*config.File, error) { return w.reload() },
		Lasts:  w.end.Sub(w.clock.Now()),
	})
	w.clock.Work(func() { w.checkLamp(2 * time.Second) })
	err := w.daemon.Run(context.Background())
	if err != nil {
		w.fail("the daemon ended: %v", err)
	}
	w.mustHaveStoppedSoon()
	w.oracle.shutDown()
	w.inspect()
	if w.cut {
		w.panel.PowerCycle()
	}
	w.daemon = nil
	w.pass(min(w.off, w.end.Sub(w.clock.Now())))
}

// openBoard makes the board for another boot, with all that hangs on it as it was.
func (w *World) openBoard(loop *scheduler.Loop) (gpio.Backend, error) {
	w.board, w.loop = sim.New(loop), loop
	w.wire.attach(w)
	w.lines.attach(w)
	w.visitor.attach()
	return countedBoard{wiredBoard{w.board, w}, w.handles, w.handles.open("boards")}, nil
}

// now returns the true time.
func (w *World) now() time.Time { return w.at(w.clock.Now()) }

func (w *World) at(i scheduler.Instant) time.Time { return w.epoch.Add(time.Duration(i)) }

// sleep lets the calling worker sleep; false: the world has ended.
func (w *World) sleep(d time.Duration) bool {
	return w.clock.Sleep(context.Background(), d) == nil
}

// pass lets time pass for everybody but the caller, who holds up whom it runs on.
func (w *World) pass(d time.Duration) {
	for end := w.clock.Now().Add(d); w.clock.Now() < end; {
		if err := w.clock.Wait(end); err != nil {
			w.fail("time stands still: %v", err)
			return
		}
	}
}

// dice are those of one part of the world, so that no part disturbs another's.
func (w *World) dice(part string) *rand.Rand {
	return rand.New(rand.NewPCG(w.seed, numberOf(part)))
}

// String sums up what was lived through.
func (w *World) String() string {
	return fmt.Sprintf("seed %d: %d boots, %d requests, %d pictures (%d with minutes, %d with words) and %d judgements, %d gestures, %d detents, %d storms, %d edits, %v spare clicks, %d writes, %d visits (%d while something was wrong), %d lines of log",
		w.seed, w.boots, w.internet.asked, w.oracle.Frames, w.oracle.Numbers, w.oracle.Rows, w.oracle.Judged,
		w.visitor.Gestures, w.visitor.Detents, w.visitor.Storms, w.edits, w.spared, w.disk.writes, w.visits.made, w.visits.ill, w.diary.Lines)
}

// maxFailures bounds what is told: one thing that is wrong is wrong often.
const maxFailures = 20

func (w *World) fail(format string, args ...any) {
	what := fmt.Sprintf(format, args...)
	w.log.Error("FAILURE", "what", what)
	if len(w.Failures) < maxFailures {
		w.Failures = append(w.Failures, fmt.Sprintf("%v: %s", w.clock.Now().Sub(bootedAt), what))
	}
}

// stays is a clock that outlives the loop that it is given to.
type stays struct{ *scheduler.VirtualClock }

func (stays) Close() error { return nil }
