package scheduler

import (
	"errors"
	"math"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// NewSystemClock returns the best clock of real time that the system has: a
// [SystemClock], or a [TimerClock] where the kernel refuses the timer.
func NewSystemClock() Clock {
	since := monotonic()
	clock, err := newTimerfdClock(since)
	if err != nil {
		return newTimerClock(since)
	}
	return clock
}

// SystemClock waits on a timerfd. Go's own timers are rounded to the
// milliseconds of its poller, and a thread that blocks in a system call keeps
// the runtime's monitor awake; a descriptor that the poller watches has neither
// fault. Nobody reads the descriptor: waiting until it could be read is all.
type SystemClock struct {
	realtime
	file   *os.File
	conn   syscall.RawConn
	until  Instant
	armed  bool
	failed error
	arm    func(fd uintptr) bool // armOnce; made once, so that a Wait allocates nothing
}

var _ Clock = (*SystemClock)(nil)

func newTimerfdClock(since realtime) (*SystemClock, error) {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("timerfd_create", err)
	}
	c := &SystemClock{realtime: since, file: os.NewFile(uintptr(fd), "timerfd")}
	c.arm = c.armOnce
	c.conn, err = c.file.SyscallConn()
	if err == nil {
		err = c.file.SetReadDeadline(time.Time{}) // fails where the poller does not watch the file
	}
	if err != nil {
		c.file.Close()
		return nil, err
	}
	return c, nil
}

// monotonic returns a clock with the origin of CLOCK_MONOTONIC. It is ahead of
// the kernel's by the time between two system calls and never behind it: a timer
// that has fired is due, and a kernel timestamp never lies in the future.
func monotonic() realtime {
	best, narrowest := realtime{base: time.Now()}, time.Duration(math.MaxInt64)
	for range 8 {
		base := time.Now()
		var kernel unix.Timespec
		if unix.ClockGettime(unix.CLOCK_MONOTONIC, &kernel) != nil {
			break
		}
		if gap := time.Since(base); gap < narrowest {
			best, narrowest = realtime{base, Instant(kernel.Nano())}, gap
		}
	}
	return best
}

// Wait parks the calling goroutine in Go's poller until the instant or a Wake.
func (c *SystemClock) Wait(until Instant) error {
	c.until, c.armed, c.failed = until, false, nil
	err := c.conn.Read(c.arm)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		// Woken. A second Wake that this wipes out came during this Wait,
		// too, and is answered by its end.
		err = c.file.SetReadDeadline(time.Time{})
	}
	return errors.Join(err, c.failed)
}

// armOnce is called before the poller waits, and again when the timer has fired.
func (c *SystemClock) armOnce(fd uintptr) (fired bool) {
	if c.armed {
		return true
	}
	c.armed = true
	c.failed = setTimer(int(fd), c.until)
	return c.failed != nil
}

// setTimer lets a timerfd fire at an instant; at Never it is disarmed. The call
// never blocks and so is made behind the runtime's back, whose monitor thread an
// ordinary one would wake.
func setTimer(fd int, at Instant) error {
	var spec unix.ItimerSpec
	if at != Never {
		spec.Value = timespec(max(at, 1)) // all zeros would disarm
	}
	return os.NewSyscallError("timerfd_settime", unix.TimerfdSettime(fd, unix.TFD_TIMER_ABSTIME, &spec, nil))
}

// timespec stops at 68 years, where a 32-bit kernel interface does.
func timespec(at Instant) unix.Timespec {
	const end = math.MaxInt32 * Instant(time.Second)
	return unix.NsecToTimespec(int64(min(at, end)))
}

// past is a deadline that has run out, whatever is done to the wall clock.
var past = time.Now()

// Wake ends the Wait by a deadline in the past, which stands until a Wait has
// seen it.
func (c *SystemClock) Wake() { c.file.SetReadDeadline(past) }

// Work starts a goroutine.
func (c *SystemClock) Work(work func()) { go work() }

// Close closes the timer.
func (c *SystemClock) Close() error { return c.file.Close() }
