package wallclock

import (
	"errors"
	"fmt"
	"math/bits"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// SystemClock returns the kernel's real-time clock.
func SystemClock() System { return kernel{} }

type kernel struct{}

var _ Setter = kernel{}

func (kernel) Now() time.Time { return time.Now() }

// timesyncd is the file that systemd-timesyncd.service(8) leaves.
var timesyncd = []byte("/run/systemd/timesync/synchronized\x00")

// The calls do not block and bypass the Go scheduler: a display asks ten times a second, and
// an ordinary system call wakes the runtime's monitor thread, for three wake-ups more.
func (kernel) Synchronized() bool {
	var now unix.Timex // without modes it only reads, and needs no privilege
	state, _, errno := unix.RawSyscall(unix.SYS_ADJTIMEX, uintptr(unsafe.Pointer(&now)), 0, 0)
	if errno != 0 {
		// ProtectClock= of systemd.exec(5) forbids even reading. The file says the same on
		// Raspberry Pi OS.
		_, _, errno = unix.RawSyscall(unix.SYS_FACCESSAT, 0, uintptr(unsafe.Pointer(&timesyncd[0])), unix.F_OK)
		return errno == 0
	}
	return state != unix.TIME_ERROR
}

// MaySet writes the kernel's status back unchanged. Only an attempt can tell: even
// with the capability, a system call filter or a namespace may forbid it.
func (kernel) MaySet() error {
	var now unix.Timex
	if err := adjust(&now); err != nil {
		return err
	}
	return adjust(&unix.Timex{Modes: unix.ADJ_STATUS, Status: now.Status})
}

func (kernel) Step(by time.Duration) error           { return adjust(step(by)) }
func (kernel) Slew(by, interval time.Duration) error { return adjust(slew(by, interval)) }

// step adds an amount to the clock and marks it as synchronized, since the kernel
// counts a clock that was stepped as unsynchronized.
func step(by time.Duration) *unix.Timex {
	tx := synchronized()
	tx.Modes |= unix.ADJ_SETOFFSET | unix.ADJ_NANO
	seconds := by / time.Second
	if by%time.Second < 0 {
		seconds-- // the part below a second must not be negative
	}
	set(&tx.Time.Sec, int64(seconds))
	set(&tx.Time.Usec, int64(by-seconds*time.Second)) // nanoseconds, by ADJ_NANO
	return tx
}

// slew hands an amount to the kernel's phase-locked loop, which also corrects the
// clock's frequency by it.
func slew(by, interval time.Duration) *unix.Timex {
	tx := synchronized()
	tx.Modes |= unix.ADJ_OFFSET | unix.ADJ_TIMECONST | unix.ADJ_NANO
	set(&tx.Offset, int64(by))
	// The kernel removes 1 part in 2^(2+constant) of the offset each second. As in
	// RFC 5905 the constant is the poll exponent minus 4, so most of the offset is
	// gone at the end of the interval.
	set(&tx.Constant, max(0, int64(bits.Len64(uint64(interval/time.Second)))-1-4))
	return tx
}

// synchronized marks the clock as synchronized. The kernel's estimate of the
// error grows from then on, and after nine hours without another call the clock
// counts as unsynchronized.
func synchronized() *unix.Timex {
	return &unix.Timex{
		Modes:  unix.ADJ_STATUS | unix.ADJ_MAXERROR | unix.ADJ_ESTERROR,
		Status: unix.STA_PLL,
	}
}

// set fills a field, whose width depends on the processor.
func set[T ~int32 | ~int64](field *T, value int64) { *field = T(value) }

func adjust(tx *unix.Timex) error {
	_, err := unix.Adjtimex(tx)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, unix.EPERM):
		return fmt.Errorf("set system clock: %w; grant the capability CAP_SYS_TIME", err)
	default:
		return fmt.Errorf("set system clock: %w", err)
	}
}
