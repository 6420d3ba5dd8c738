package scheduler

import (
	"errors"
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// watchdog reports a step that holds the loop, while it still does.
//
// A Go timer would not do: with every thread at rest the runtime's monitor
// sleeps, too, and then nothing looks at timers while a task spins. So this one
// is a goroutine in a read of a blocking timerfd, which the kernel ends. The
// loop arms it when it wakes and disarms it before it rests, which makes no
// wake-up of its own.
type watchdog struct {
	clock    Clock
	kernel   func(Instant) Instant // CLOCK_MONOTONIC at an instant of the clock
	hogAfter time.Duration
	report   func(Hog)
	timer    int
	holder   atomic.Pointer[Task] // whose step it is; nil: the loop rests
	since    atomic.Int64         // when the step began
	told     atomic.Pointer[sight]
	closing  atomic.Bool
	gone     chan struct{}
}

// sight is who was reported last, and when.
type sight struct {
	holder *Task
	at     Instant
}

// newWatchdog returns nil, which watches nothing, where nobody wants to hear,
// time is not real, or the kernel refuses the timer.
func newWatchdog(l *Loop) *watchdog {
	kernel := kernelTime(l.clock)
	if kernel == nil || l.options.OnHog == nil {
		return nil
	}
	timer, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_CLOEXEC)
	if err != nil {
		return nil
	}
	if runtime.GOMAXPROCS(0) < 2 {
		runtime.GOMAXPROCS(2) // else the hog has the only place to run on
	}
	w := &watchdog{
		clock:    l.clock,
		kernel:   kernel,
		hogAfter: l.options.HogAfter,
		report:   l.options.OnHog,
		timer:    timer,
		gone:     make(chan struct{}),
	}
	go w.watch()
	return w
}

// kernelTime returns how a clock's instants become those of CLOCK_MONOTONIC: as they
// are, or as the clock says that lets another time pass in step with real time. It
// is nil where time is not real.
func kernelTime(c Clock) func(Instant) Instant {
	switch c := c.(type) {
	case *SystemClock:
		return func(i Instant) Instant { return i }
	case paced:
		return c.Kernel
	}
	return nil
}

// begin says whose step comes next; look, when the clock was last read.
func (w *watchdog) begin(t *Task) {
	if w != nil {
		w.holder.Store(t)
	}
}

func (w *watchdog) look(now Instant) {
	if w != nil {
		w.since.Store(int64(now))
	}
}

// arm and disarm stand around the loop's rest.
func (w *watchdog) arm(now Instant) {
	if w != nil {
		w.look(now)
		setTimer(w.timer, w.kernel(now).Add(w.hogAfter))
	}
}

func (w *watchdog) disarm() {
	if w != nil {
		w.holder.Store(nil)
		setTimer(w.timer, Never)
	}
}

// seen returns who was reported to hold the loop since an instant; nil: nobody was.
func (w *watchdog) seen(since Instant) *Task {
	if w == nil {
		return nil
	}
	if s := w.told.Load(); s != nil && s.at >= since {
		return s.holder
	}
	return nil
}

func (w *watchdog) close() {
	if w != nil {
		w.closing.Store(true)
		setTimer(w.timer, 1) // long past: ends the read
		<-w.gone
	}
}

func (w *watchdog) watch() {
	defer close(w.gone)
	defer unix.Close(w.timer)
	var (
		step   int64         // the one that was seen last…
		nextAt time.Duration // …and the age at which it is reported
	)
	for w.sleep() {
		holder, since := w.holder.Load(), w.since.Load()
		if holder == nil {
			continue // the loop rests and will arm us
		}
		if since != step {
			step, nextAt = since, w.hogAfter
		}
		at := w.clock.Now()
		now, began := w.kernel(at), w.kernel(Instant(since))
		age := now.Sub(began)
		if age >= nextAt {
			stack := culprit()
			if w.holder.Load() != holder || w.since.Load() != since {
				stack = nil // the step ended meanwhile, and the stack is somebody else's
			}
			w.told.Store(&sight{holder, at})
			w.report(Hog{Owner: holder.owner, Name: holder.name, For: age, Stack: stack})
			nextAt = 2 * age
		}
		again := began.Add(w.hogAfter)
		if again <= now {
			again = now.Add(w.hogAfter) // not at nextAt: another step may hold the loop by then
		}
		setTimer(w.timer, again)
	}
}

// sleep blocks until the timer fires; false: it is the end.
func (w *watchdog) sleep() bool {
	var ticks [8]byte
	for !w.closing.Load() {
		if _, err := unix.Read(w.timer, ticks[:]); err == nil {
			return !w.closing.Load()
		} else if !errors.Is(err, unix.EINTR) {
			return false
		}
	}
	return false
}
