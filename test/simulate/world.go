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

// World is the daemon's environment, which outlives restarts of the daemon. It needs
// no locks: of the loop and the functions beside it only one runs at a time.
type World struct {
	seed     uint64
	clock    *scheduler.VirtualClock
	epoch    time.Time // the true time at instant 0
	end      scheduler.Instant
	calm     scheduler.Instant // when the last faults end
	config   configuration
	recorder *logRecorder
	log      *slog.Logger
	text     *textLog
	handles  *handles

	internet            *internet
	pool                *pool
	systemClock         *systemClock
	disk                *disk
	cable               cable
	slowPanel, slowDisk slowness
	chip                chip
	chaos               chaos
	counter             counter
	spared              [2]int // the clicks of the spare buttons
	autopilot           *autopilot
	oracle              *oracle
	panel               *sim.Panel
	board               *sim.Board // of the current daemon, or the last one
	daemon              *daemon.Daemon
	loop                *scheduler.Loop // of the daemon
	boots               int
	stop                stop
	off                 time.Duration // how long the power sharedClock off when the daemon has ended
	cut                 bool          // the daemon ended by a power failure

	reload func() (*config.File, error)
	edits  int  // how often the configuration was changed
	steady bool // there are no power failures and no restarts

	visits   visits
	heap     []uint64 // bytes in use, day by day
	Failures []string // what the checks found
}

// recovery is how long there are no faults at the end, so that the daemon can recover
// from all of them: longer than all of its pauses before it tries again.
const recovery = 30 * time.Minute

// bootedAt is the monotonic time at which the world begins.
const bootedAt = scheduler.Instant(time.Minute)

// NewWorld returns a world that lasts for the given time.
func NewWorld(seed uint64, lasts time.Duration) (*World, error) {
	w := &World{
		seed: seed, clock: scheduler.NewVirtualClock(bootedAt),
		end: bootedAt.Add(lasts), calm: bootedAt.Add(lasts - recovery),
		handles: newHandles(),
	}
	rng := w.rng("world")
	w.epoch, w.steady = startTime(rng), rng.IntN(2) == 0
	w.recorder = newLogRecorder(w)
	w.log = slog.New(w.recorder.handler()).With("plugin", "world")
	var err error
	if w.config, err = newConfiguration(rng, lasts); err != nil {
		return nil, err
	}
	w.panel = sim.NewPanel(w.config.width / 8)
	w.internet = newInternet(w)
	w.pool = newPool(w)
	w.systemClock = newSystemClock(w)
	w.disk = &disk{world: w, rng: w.rng("writes"), files: map[string][]byte{}}
	w.autopilot = newAutopilot(w)
	w.oracle = newOracle(w)
	w.chaos.World = w
	return w, nil
}

// startTime returns a time in 2026. Half of the times it is half an hour before
// daylight saving ends or begins in Melbourne.
func startTime(rng *rand.Rand) time.Time {
	switch rng.IntN(4) {
	case 0:
		return time.Date(2026, time.April, 4, 15, 30, 0, 0, time.UTC)
	case 1:
		return time.Date(2026, time.October, 3, 15, 30, 0, 0, time.UTC)
	}
	return time.Date(2026, time.January, 1, 0, 0, rng.IntN(365*24*60*60), 0, time.UTC)
}

// Run runs the world until its end. Failed checks are in Failures.
func (w *World) Run() error {
	for name, value := range map[string]string{idVariable: fakeserver.DemoID, keyVariable: fakeserver.DemoKey} {
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	var err error
	if w.text, err = newTextLog(w); err != nil {
		return err
	}
	for _, f := range w.faults() {
		w.clock.Work(func() { w.runFault(f) })
	}
	w.clock.Work(w.autopilot.run)
	w.clock.Work(w.oracle.watch)
	w.clock.Work(w.visitPage)
	w.clock.Work(w.takeSnapshots)
	for w.clock.Now() < w.end {
		w.runDaemon()
	}
	err = w.clock.Close()
	w.handles.checkClosed(w)
	w.text.finish()
	return err
}

// runDaemon boots, runs the daemon until it stops, and waits while the power is off.
func (w *World) runDaemon() {
	w.boots++
	w.off, w.cut, w.stop = 0, false, stop{}
	w.disk.powered = w.boots
	w.systemClock.boot()
	w.oracle.boot()
	w.log.Info("boot", "true_time", w.now().Format(time.DateTime), "n", w.boots)
	w.daemon = daemon.New(daemon.Options{
		File: w.config.file, Log: slog.New(slog.NewMultiHandler(w.recorder.handler(), w.text.handler())), Seed: w.seed | 1,
		Board: w.openBoard, Net: plugins.Network{HTTP: w.internet, Dial: w.pool.dial},
		State: w.disk.of, Clock: sharedClock{w.clock}, System: w.systemClock,
		Reload: func() (*config.File, error) { return w.reload() },
		Lasts:  w.end.Sub(w.clock.Now()),
	})
	w.clock.Work(func() { w.checkLamp(2 * time.Second) })
	err := w.daemon.Run(context.Background())
	if err != nil {
		w.fail("the daemon failed: %v", err)
	}
	w.checkStopTime()
	w.oracle.shutDown()
	w.checkStopped()
	if w.cut {
		w.panel.PowerCycle()
	}
	w.daemon = nil
	w.pass(min(w.off, w.end.Sub(w.clock.Now())))
}

// openBoard creates the board for a boot, and connects the devices to it.
func (w *World) openBoard(loop *scheduler.Loop) (gpio.Backend, error) {
	w.board, w.loop = sim.New(loop), loop
	w.cable.attach(w)
	w.chip.attach(w)
	w.autopilot.attach()
	return countedBoard{slowBoard{w.board, w}, w.handles, w.handles.add("boards")}, nil
}

// now returns the true time.
func (w *World) now() time.Time { return w.at(w.clock.Now()) }

func (w *World) at(i scheduler.Instant) time.Time { return w.epoch.Add(time.Duration(i)) }

// sleep waits beside the loop. It returns false when the run has ended.
func (w *World) sleep(d time.Duration) bool {
	return w.clock.Sleep(context.Background(), d) == nil
}

// pass lets time pass while the caller blocks. On the loop it blocks the loop.
func (w *World) pass(d time.Duration) {
	for end := w.clock.Now().Add(d); w.clock.Now() < end; {
		if _, err := w.clock.Wait(end); err != nil {
			w.fail("wait for virtual time: %v", err)
			return
		}
	}
}

// rng returns the random numbers for one part of the world. Each part has its own, so
// that a change of one does not affect the others.
func (w *World) rng(part string) *rand.Rand {
	return rand.New(rand.NewPCG(w.seed, hashOf(part)))
}

// String summarizes the run.
func (w *World) String() string {
	return fmt.Sprintf("seed %d: %d boots, %d requests, %d pictures (%d with minutes, %d with words, %d of the stand-in) and %d judgements, %d gestures, %d detents, %d storms, %d edits, %v spare clicks, %d writes, %d visits (%d while something was wrong, %d topics judged), %d lines of log",
		w.seed, w.boots, w.internet.requests, w.oracle.Frames, w.oracle.Numbers, w.oracle.Rows, w.oracle.StandIns, w.oracle.Judged,
		w.autopilot.Gestures, w.autopilot.Detents, w.autopilot.Storms, w.edits, w.spared, w.disk.writes, w.visits.made, w.visits.unhealthy, w.oracle.Told, w.recorder.Lines)
}

// maxFailures limits how many failures are recorded; most are repetitions.
const maxFailures = 20

func (w *World) fail(format string, args ...any) {
	what := fmt.Sprintf(format, args...)
	w.log.Error("FAILURE", "what", what)
	if len(w.Failures) < maxFailures {
		w.Failures = append(w.Failures, fmt.Sprintf("%v: %s", w.clock.Now().Sub(bootedAt), what))
	}
}

// sharedClock is a clock that the loop does not close.
type sharedClock struct{ *scheduler.VirtualClock }

func (sharedClock) Close() error { return nil }
