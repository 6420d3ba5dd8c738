package scheduler

import (
	"errors"
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// watchdog reports a step that blocks the loop, while it still does.
//
// A Go timer is not enough: with every thread idle the runtime's monitor thread
// sleeps as well, and then nothing checks timers while a task spins. So this is a
// goroutine in a blocking read of a timerfd, which the kernel ends. The loop arms
// it when it wakes and disarms it before it waits, which causes no extra wake-up.
type watchdog struct {
	clock   Clock
	machine func(Instant) Instant // an instant of the clock by the machine's
	after   time.Duration
	report  func(Blocked)
	timer   int
	current atomic.Pointer[Task] // whose step it is; nil: the loop waits
	since   atomic.Int64         // when the step began
	last    atomic.Pointer[blockedReport]
	woke    atomic.Int64 // when the loop's wait ended, by the machine's clock
	used    atomic.Int64 // CPU time of the process then
	closing atomic.Bool
	done    chan struct{}
}

// blockedReport is which task was reported last, and when.
type blockedReport struct {
	task   *Task
	at     Instant
	canRun bool // the step was not waiting for anything but a processor
}

// newWatchdog returns nil, which watches nothing, if no report is wanted, the
// clock is not one of real time, or the kernel refuses the timer.
func newWatchdog(l *Loop) *watchdog {
	machine := machineTime(l.clock)
	if machine == nil || l.options.OnBlocked == nil {
		return nil
	}
	timer, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_CLOEXEC)
	if err != nil {
		return nil
	}
	if runtime.GOMAXPROCS(0) < 2 {
		runtime.GOMAXPROCS(2) // else the blocking task has the only thread
	}
	w := &watchdog{
		clock:   l.clock,
		machine: machine,
		after:   l.options.BlockedAfter,
		report:  l.options.OnBlocked,
		timer:   timer,
		done:    make(chan struct{}),
	}
	go w.watch()
	return w
}

// machineTime returns how to convert a clock's instants to those of the machine's:
// as they are, or as a scaled clock says. It is nil for a clock that is not one of
// real time.
func machineTime(c Clock) func(Instant) Instant {
	switch c := c.(type) {
	case *SystemClock:
		return func(i Instant) Instant { return i }
	case scaledClock:
		return c.Kernel
	}
	return nil
}

// begin says whose step comes next.
func (w *watchdog) begin(t *Task) {
	if w != nil {
		w.current.Store(t)
	}
}

// clockRead says when the loop last read the clock, and so when the step began.
func (w *watchdog) clockRead(now Instant) {
	if w != nil {
		w.since.Store(int64(now))
	}
}

// arm is called after the loop's wait, disarm before it.
func (w *watchdog) arm(now Instant) {
	if w != nil {
		w.clockRead(now)
		w.measure(w.machine(now))
		_ = setTimeout(w.timer, w.after)
	}
}

func (w *watchdog) disarm() {
	if w != nil {
		w.current.Store(nil)
		_ = setTimer(w.timer, Never)
	}
}

// reportedSince returns the task that was reported since an instant, or nil.
func (w *watchdog) reportedSince(since Instant) *Task {
	if w == nil {
		return nil
	}
	if r := w.last.Load(); r != nil && r.at >= since {
		return r.task
	}
	return nil
}

// measure remembers the CPU time. The thread's is not enough, since a step may move to
// another thread.
func (w *watchdog) measure(now Instant) {
	w.woke.Store(int64(now))
	w.used.Store(cpuTime())
}

// waited returns how much of a time up to now the process got no processor.
func (w *watchdog) waited(d time.Duration, now Instant) time.Duration {
	waited := time.Duration(int64(now) - w.woke.Load() - (cpuTime() - w.used.Load()))
	return min(max(waited, 0), d)
}

// cpuTime returns the CPU time of the process in ns.
func cpuTime() int64 {
	var use unix.Rusage
	_ = unix.Getrusage(unix.RUSAGE_SELF, &use) // does not fail
	return use.Utime.Nano() + use.Stime.Nano()
}

// starved returns how much of a step that has ended the loop got no processor. A step that
// was not even reported starved the watchdog, too.
func (w *watchdog) starved(since, now Instant) time.Duration {
	if w == nil {
		return 0
	}
	defer w.measure(w.machine(now)) // what has waited in this step has not in the next
	if r := w.last.Load(); r != nil && r.at >= since && !r.canRun {
		return 0
	}
	return w.waited(w.machine(now).Sub(w.machine(since)), w.machine(now))
}

func (w *watchdog) close() {
	if w != nil {
		w.closing.Store(true)
		_ = setTimer(w.timer, 1) // in the past: ends the read
		<-w.done
	}
}

func (w *watchdog) watch() {
	defer close(w.done)
	defer unix.Close(w.timer)
	var (
		step   int64         // when the step that was seen last began
		nextAt time.Duration // the age at which it is reported
	)
	for w.sleep() {
		current, since := w.current.Load(), w.since.Load()
		if current == nil {
			continue // the loop waits and will arm the timer
		}
		if since != step {
			step, nextAt = since, w.after
		}
		at := w.clock.Now()
		age := w.machine(at).Sub(w.machine(Instant(since)))
		if age >= nextAt {
			if stack := blockingStack(); w.current.Load() == current && w.since.Load() == since {
				w.reportStep(current, Instant(since), at, stack)
			} // else it has ended meanwhile, and this is the stack of another
			nextAt = 2 * age
		}
		again := w.after - age
		if again <= 0 {
			again = w.after // not nextAt: another step may block the loop before
		}
		_ = setTimeout(w.timer, again)
	}
}

// reportStep reports a step that runs at an instant.
func (w *watchdog) reportStep(t *Task, since, at Instant, stack []byte) {
	blocked := Blocked{Owner: t.owner, Name: t.name, For: w.machine(at).Sub(w.machine(since)), Stack: stack}
	if canRun(stack) {
		blocked.Starved = w.waited(blocked.For, w.machine(at))
	}
	if w.reportedSince(since) == nil { // of steps that are timed together the first is the cause
		w.last.Store(&blockedReport{t, at, canRun(stack)})
	}
	w.report(blocked)
}

// sleep blocks until the timer expires; false: the watchdog was closed.
func (w *watchdog) sleep() bool {
	var expirations [8]byte
	for !w.closing.Load() {
		if _, err := unix.Read(w.timer, expirations[:]); err == nil {
			return !w.closing.Load()
		} else if !errors.Is(err, unix.EINTR) {
			return false
		}
	}
	return false
}
