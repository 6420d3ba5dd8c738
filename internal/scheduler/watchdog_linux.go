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
// goroutine in a blocking read of a timerfd, which the kernel ends.
//
// The timer looks at a step when it has lasted half as long as it may, and every half
// from then on. It causes no wake-up while the loop waits: before a wait it is set to
// expire after that wait's end, and for a short period one setting does for several.
type watchdog struct {
	clock   Clock
	machine func(Instant) Instant // an instant of the clock by the machine's
	after   time.Duration
	half    time.Duration
	report  func(Blocked)
	timer   int
	expires Instant              // as the loop has set the timer, by the machine's clock; Never: it is disarmed
	current atomic.Pointer[Task] // whose step it is; nil: the loop waits
	since   atomic.Int64         // when the step began
	before  Instant              // the same of the step before; belongs to the loop
	sample  atomic.Pointer[cpuSample]
	last    atomic.Pointer[blockedReport]
	closing atomic.Bool
	done    chan struct{}
}

// cpuSample is the CPU time of the process when a step was first seen.
type cpuSample struct {
	step Instant // when it began
	at   Instant // by the machine's clock
	used time.Duration
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
		half:    max(1, l.options.BlockedAfter/2),
		report:  l.options.OnBlocked,
		timer:   timer,
		expires: Never,
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
		w.before = Instant(w.since.Load())
		w.since.Store(int64(now))
	}
}

// beginWait is called before the loop waits until an instant. A timer that expires too
// soon after it is set again.
func (w *watchdog) beginWait(now, until Instant) {
	if w == nil {
		return
	}
	w.current.Store(nil)
	if until == Never {
		if w.expires != Never {
			w.expires = Never
			_ = setTimer(w.timer, Never)
		}
		return
	}
	if due := w.machine(until); w.expires == Never || w.expires.Sub(due) < w.half/4 {
		w.set(w.machine(now), due.Add(w.half))
	}
}

// endWait is called after it: at the time for which the timer was set, or when something
// was posted.
func (w *watchdog) endWait(now Instant) {
	if w == nil {
		return
	}
	w.clockRead(now)
	if now = w.machine(now); w.expires <= now || w.expires.Sub(now) > w.half {
		w.set(now, now.Add(w.half))
	}
}

func (w *watchdog) set(now, expires Instant) {
	w.expires = expires
	_ = setTimeout(w.timer, expires.Sub(now))
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

// starvedFor returns how much of a step up to now the process got no processor: by the time
// since the sample, and by how late that was. It is the CPU time of the process, since a
// step may move to another thread.
func (w *watchdog) starvedFor(s *cpuSample, since, now Instant) time.Duration {
	since, now = w.machine(since), w.machine(now)
	step := now.Sub(since)
	if s == nil {
		return step
	}
	waited := now.Sub(s.at) - (CPUTime() - s.used)
	if seen := since.Add(w.half); s.at >= seen {
		waited = time.Duration(float64(waited+s.at.Sub(seen)) / float64(now.Sub(seen)) * float64(step))
	}
	return min(max(waited, 0), step)
}

// CPUTime returns the CPU time that the process has used so far, in user mode and in the
// kernel, on all its threads (getrusage(2)).
func CPUTime() time.Duration {
	var use unix.Rusage
	_ = unix.Getrusage(unix.RUSAGE_SELF, &use) // does not fail
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

// starved returns how much of a step that has ended the loop got no processor. In one of
// which there is no sample the watchdog was starved, too.
func (w *watchdog) starved(since, now Instant) time.Duration {
	if w == nil {
		return 0
	}
	if r := w.last.Load(); r != nil && r.at >= since && !r.canRun {
		return 0
	}
	s := w.sample.Load()
	if s != nil && s.step < w.before {
		s = nil
	}
	return w.starvedFor(s, since, now)
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
	var sample *cpuSample // of the step that was seen last
	nextAt := w.after     // the age at which it is reported
	for w.sleep() {
		current, since := w.current.Load(), Instant(w.since.Load())
		if current == nil {
			continue // the loop waits and will set the timer
		}
		at := w.clock.Now()
		age := w.machine(at).Sub(w.machine(since))
		if (sample == nil || sample.step != since) && age >= w.half {
			sample, nextAt = &cpuSample{since, w.machine(at), CPUTime()}, w.after
			w.sample.Store(sample)
		}
		if age >= nextAt {
			if stack := blockingStack(); w.current.Load() == current && Instant(w.since.Load()) == since {
				w.reportStep(current, sample, since, at, stack)
			} // else it has ended meanwhile, and this is the stack of another
			nextAt = 2 * age
		}
		_ = setTimeout(w.timer, w.half-age%w.half) // not when it is reported next: another step may block before
	}
}

// reportStep reports a step that runs at an instant.
func (w *watchdog) reportStep(t *Task, sample *cpuSample, since, at Instant, stack []byte) {
	blocked := Blocked{Owner: t.owner, Name: t.name, For: w.machine(at).Sub(w.machine(since)), Stack: stack}
	if canRun(stack) {
		blocked.Starved = w.starvedFor(sample, since, at)
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
