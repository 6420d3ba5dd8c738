package scheduler

import (
	"errors"
	"math"
	"os"
	"sync"
	"syscall"
	"time"
	"unsafe"

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
//
// The timer is one of CLOCK_BOOTTIME, so that what came due while the machine was
// suspended is due when it resumes. That a clock of this kind is ahead of the
// process's by more than before is how a suspend is noticed.
//
// A wake-up takes tens of microseconds, so the timer is set to expire earlier by about
// the least that one took lately.
type SystemClock struct {
	realTime
	file     *os.File
	conn     syscall.RawConn
	bootLead Instant       // of CLOCK_BOOTTIME over Now: a little too much rather than too little
	checked  Instant       // when a suspend was last looked for
	unread   time.Duration // suspended since the last call of Suspended
	timer    int           // the descriptor of file
	set      Instant       // the deadline that the timer is set for
	early    Instant       // how long before a deadline the timer expires
	armErr   error
	turn     sync.Mutex // held by the goroutine that runs the loop, and so never between two waits

	// These belong to the goroutine in Wait.
	until   Instant
	waiting bool // it has released the turn
	expired bool
	armOnce func(fd uintptr) bool // the method arm; bound once, so that Wait does not allocate
}

var _ sharedClock = (*SystemClock)(nil)

func newTimerfdClock(base realTime) (*SystemClock, error) {
	fd, err := unix.TimerfdCreate(unix.CLOCK_BOOTTIME, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("timerfd_create", err)
	}
	c := &SystemClock{realTime: base, file: os.NewFile(uintptr(fd), "timerfd"), timer: fd, set: Never}
	c.turn.Lock()
	c.armOnce = c.arm
	c.measureLead()
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
	best, narrowest := newRealTime(), time.Duration(math.MaxInt64)
	for range 8 {
		base := time.Now()
		kernel := kernelClock(unix.CLOCK_MONOTONIC)
		if gap := time.Since(base); gap < narrowest {
			best.base, best.origin, narrowest = base, kernel, gap
		}
	}
	return best
}

// measureLead measures by how much CLOCK_BOOTTIME is ahead. The process is not
// interrupted in the best of some attempts.
func (c *SystemClock) measureLead() {
	c.bootLead = Never
	for range 8 {
		now := c.Now()
		c.bootLead = min(c.bootLead, kernelClock(unix.CLOCK_BOOTTIME)-now)
	}
}

// kernelClock reads a clock of the kernel. The call never blocks and bypasses the Go
// scheduler, since an ordinary system call would wake the runtime's monitor thread.
func kernelClock(id int) Instant {
	var now unix.Timespec
	_, _, _ = unix.RawSyscall(unix.SYS_CLOCK_GETTIME, uintptr(id), uintptr(unsafe.Pointer(&now)), 0) // fails for an unknown clock only
	return Instant(now.Nano())
}

const (
	// checkEvery is how often posts make the clock look for a suspend at most, and how
	// late a timer may expire without one. To be suspended takes longer, in time of the
	// process.
	checkEvery = Instant(time.Millisecond)
	// minSuspend is the shortest suspend that is reported.
	minSuspend = 100 * time.Millisecond
	// minLead is the least change of the lead that is no error of measurement.
	minLead = time.Millisecond
)

// noticeSuspend advances the clock if the machine was suspended, and returns the time.
func (c *SystemClock) noticeSuspend() Instant {
	lead := kernelClock(unix.CLOCK_BOOTTIME)
	c.checked = c.Now() // after the other clock: an interruption in between is no suspend
	lead -= c.checked
	if d := lead.Sub(c.bootLead); d >= minLead {
		if d >= minSuspend {
			c.suspended.Add(int64(d))
			c.unread += d
		}
		c.measureLead() // or timers would expire too early from now on
		c.set = 0
		c.checked = c.Now()
	}
	return c.checked
}

// lookForSuspend does so unless it was done just before.
func (c *SystemClock) lookForSuspend(now Instant) Instant {
	if now-c.checked < checkEvery {
		return now
	}
	return c.noticeSuspend()
}

// Suspended returns how long the machine was suspended since the last call.
func (c *SystemClock) Suspended() time.Duration {
	d := c.unread
	c.unread = 0
	return d
}

// FromKernel implements sharedClock.
func (c *SystemClock) FromKernel(timestamp Instant) Instant {
	return timestamp + Instant(c.suspended.Load())
}

// Wait parks the calling goroutine in Go's poller until the instant or a Wake. After a
// suspend the timer expires too early by the process's clock, or late. One that began less
// than checkEvery before a deadline is noticed at the end of the next Wait, whose timer
// expires too early.
func (c *SystemClock) Wait(until Instant) (Instant, error) {
	c.until = until
	err := c.conn.Read(c.armOnce)
	if c.waiting {
		c.turn.Lock()
	}
	now := c.Now()
	if !c.expired {
		now = c.lookForSuspend(now)
	} else {
		now = c.endEarlyWait(now)
		c.set = 0 // it is not set any more
	}
	c.waiting, c.expired = false, false
	if errors.Is(err, os.ErrDeadlineExceeded) {
		// A Wake. This also erases a second Wake that came during this Wait,
		// which ends now anyway.
		err = c.file.SetReadDeadline(time.Time{})
	}
	return now, errors.Join(err, c.armErr)
}

// maxEarly limits for how long spin may keep a processor busy.
const maxEarly = 200 * Instant(time.Microsecond)

// endEarlyWait is called when the timer has expired, and returns once the deadline has come.
func (c *SystemClock) endEarlyWait(now Instant) Instant {
	took := now - (c.set - c.early)
	if took < 0 || took >= checkEvery {
		return c.noticeSuspend()
	}
	now = c.spin(now)
	if took > c.early {
		took = min(maxEarly, c.early+(took-c.early+63)/64)
	}
	c.early = took
	return now
}

// spin returns once the deadline has come.
func (c *SystemClock) spin(now Instant) Instant {
	for now < c.set {
		now = c.Now()
	}
	return now
}

// arm is called before the poller waits, and again when the timer has expired.
func (c *SystemClock) arm(uintptr) (done bool) {
	if c.waiting {
		c.expired = true
		return true
	}
	if !c.setUntil(c.until) {
		// It may have expired before the poller was told to wait for it. If that was in a
		// suspend since the last Wait, it is not set any more after this look.
		if now := c.lookForSuspend(c.Now()); now >= c.set-c.early {
			c.spin(now)
			return true
		}
	}
	if c.armErr != nil {
		return true
	}
	c.waiting = true
	c.turn.Unlock()
	return false
}

// setUntil reports whether it had to set the timer. One that is set to the right time
// already is not set again: after a post that costs more than all the rest.
func (c *SystemClock) setUntil(until Instant) bool {
	if until == c.set {
		return false
	}
	c.set = until
	at := until
	if at != Never {
		at = (at - c.early).Add(time.Duration(c.bootLead))
	}
	c.armErr = setTimer(c.timer, at)
	return true
}

// TakeOver implements sharedClock.
func (c *SystemClock) TakeOver() (Instant, bool) {
	if !c.turn.TryLock() {
		return 0, false
	}
	return c.lookForSuspend(c.Now()), true
}

// GiveBack implements sharedClock.
func (c *SystemClock) GiveBack(until Instant) {
	if until > 0 {
		c.setUntil(until)
	}
	ends := until == 0 || c.armErr != nil
	c.turn.Unlock()
	if ends {
		c.Wake()
	}
}

// setTimer lets a timerfd expire at a time of its clock; Never disarms it. The call
// bypasses the Go scheduler, too.
func setTimer(fd int, at Instant) error { return setTimerfd(fd, at, unix.TFD_TIMER_ABSTIME) }

// setTimeout lets a timerfd expire after d.
func setTimeout(fd int, d time.Duration) error { return setTimerfd(fd, Instant(d), 0) }

func setTimerfd(fd int, at Instant, flags int) error {
	var spec unix.ItimerSpec
	if at != Never {
		spec.Value = timespec(max(at, 1)) // all zeros would disarm it
	}
	return os.NewSyscallError("timerfd_settime", unix.TimerfdSettime(fd, flags, &spec, nil))
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
func (c *SystemClock) Wake() { _ = c.file.SetReadDeadline(past) }

// Close closes the timer.
func (c *SystemClock) Close() error {
	c.workers.close()
	return c.file.Close()
}
