package scheduler

import (
	"errors"
	"math"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// NewSystemClock returns the most exact clock of real time that the system has: a
// [SystemClock], or a [TimerClock] where the kernel refuses the timer.
func NewSystemClock() Clock {
	base := monotonic()
	clock, err := newTimerfdClock(base)
	if err != nil {
		return newTimerClock(base)
	}
	return clock
}

// SystemClock waits on a timerfd. Go rounds its own timers to the milliseconds of
// the network poller, and a thread that blocks in a system call keeps the
// runtime's monitor thread awake; a descriptor that the poller watches avoids
// both. The descriptor is never read: the loop only waits for it to become
// readable.
type SystemClock struct {
	realTime
	file    *os.File
	conn    syscall.RawConn
	until   Instant
	set     Instant // what the timer is set to
	armed   bool
	armErr  error
	armOnce func(fd uintptr) bool // the method arm; bound once, so that Wait does not allocate
}

var _ Clock = (*SystemClock)(nil)

func newTimerfdClock(base realTime) (*SystemClock, error) {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("timerfd_create", err)
	}
	c := &SystemClock{realTime: base, file: os.NewFile(uintptr(fd), "timerfd"), set: Never}
	c.armOnce = c.arm
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
// the kernel's clock by the time between two system calls and never behind it: a
// timer that has expired is due, and a kernel timestamp is never in the future.
func monotonic() realTime {
	best, narrowest := realTime{base: time.Now()}, time.Duration(math.MaxInt64)
	for range 8 {
		base := time.Now()
		var kernel unix.Timespec
		if unix.ClockGettime(unix.CLOCK_MONOTONIC, &kernel) != nil {
			break
		}
		if gap := time.Since(base); gap < narrowest {
			best, narrowest = realTime{base, Instant(kernel.Nano())}, gap
		}
	}
	return best
}

// Wait parks the calling goroutine in Go's poller until the instant or a Wake.
func (c *SystemClock) Wait(until Instant) error {
	c.until, c.armed, c.armErr = until, false, nil
	err := c.conn.Read(c.armOnce)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		// A Wake. This also erases a second Wake that came during this Wait,
		// which ends now anyway.
		err = c.file.SetReadDeadline(time.Time{})
	}
	return errors.Join(err, c.armErr)
}

// arm is called before the poller waits, and again when the timer has expired. A
// timer that is set to the right time already, and so has not expired yet, is not
// set again: after a post that costs more than all the rest.
func (c *SystemClock) arm(fd uintptr) (expired bool) {
	if c.armed || c.Now() >= c.until {
		return true
	}
	c.armed = true
	if c.until != c.set {
		c.set = c.until
		c.armErr = setTimer(int(fd), c.until)
	}
	return c.armErr != nil
}

// setTimer lets a timerfd expire at an instant; Never disarms it. The call never
// blocks and bypasses the Go scheduler, since an ordinary system call would wake
// the runtime's monitor thread.
func setTimer(fd int, at Instant) error {
	var spec unix.ItimerSpec
	if at != Never {
		spec.Value = timespec(max(at, 1)) // all zeros would disarm it
	}
	return os.NewSyscallError("timerfd_settime", unix.TimerfdSettime(fd, unix.TFD_TIMER_ABSTIME, &spec, nil))
}

// timespec is limited to 68 years, as a 32-bit kernel interface is.
func timespec(at Instant) unix.Timespec {
	const end = math.MaxInt32 * Instant(time.Second)
	return unix.NsecToTimespec(int64(min(at, end)))
}

// past is a deadline that has expired, whatever happens to the wall clock.
var past = time.Now()

// Wake ends the Wait by a deadline in the past, which stays set until a Wait has
// seen it.
func (c *SystemClock) Wake() { c.file.SetReadDeadline(past) }

// Work starts a goroutine.
func (c *SystemClock) Work(work func()) { go work() }

// Close closes the timer.
func (c *SystemClock) Close() error { return c.file.Close() }
