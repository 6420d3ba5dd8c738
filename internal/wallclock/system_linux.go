package wallclock

import (
	"errors"
	"fmt"
	"math/bits"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// SystemClock returns the kernel's real-time clock.
func SystemClock() System { return kernel{} }

type kernel struct{}

var _ Setter = kernel{}

func (kernel) Now() time.Time { return time.Now() }

func (kernel) Synchronised() bool {
	state, err := unix.Adjtimex(new(unix.Timex)) // no modes: it only reads, and needs no privilege
	if err != nil {
		// A service that may not set the clock may not even ask (ProtectClock= of
		// systemd.exec(5)). Raspberry Pi OS's own keeper leaves a mark.
		_, err = os.Stat("/run/systemd/timesync/synchronized")
		return err == nil
	}
	return state != unix.TIME_ERROR
}

// MaySet sets the kernel's status to what it is. Only a trial tells: besides the
// capability, a filter of system calls or a namespace may stand in the way.
func (kernel) MaySet() error {
	var now unix.Timex
	if _, err := unix.Adjtimex(&now); err != nil {
		return explain(err)
	}
	return adjust(unix.Timex{Modes: unix.ADJ_STATUS, Status: now.Status})
}

func (kernel) Step(by time.Duration) error           { return adjust(step(by)) }
func (kernel) Slew(by, interval time.Duration) error { return adjust(slew(by, interval)) }

// step adds an amount to the clock and tells the kernel that somebody keeps it:
// a step alone makes it unsynchronised.
func step(by time.Duration) unix.Timex {
	tx := kept()
	tx.Modes |= unix.ADJ_SETOFFSET | unix.ADJ_NANO
	seconds := by / time.Second
	if by%time.Second < 0 {
		seconds-- // the part below a second must not be negative
	}
	set(&tx.Time.Sec, int64(seconds))
	set(&tx.Time.Usec, int64(by-seconds*time.Second)) // nanoseconds, by ADJ_NANO
	return tx
}

// slew gives an amount to the kernel's phase-locked loop, which also learns the
// frequency of the crystal from it.
func slew(by, interval time.Duration) unix.Timex {
	tx := kept()
	tx.Modes |= unix.ADJ_OFFSET | unix.ADJ_TIMECONST | unix.ADJ_NANO
	set(&tx.Offset, int64(by))
	// The loop makes up for 1 part in 2^(2+constant) a second. This lets it
	// come near within an interval: RFC 5905 has the same 4 between the poll
	// exponent and the constant.
	set(&tx.Constant, max(0, int64(bits.Len64(uint64(interval/time.Second)))-1-4))
	return tx
}

// kept says that the clock is kept. From here the kernel lets its bound of the
// error grow, and when nobody says so again, gives the clock up after nine hours.
func kept() unix.Timex {
	return unix.Timex{
		Modes:  unix.ADJ_STATUS | unix.ADJ_MAXERROR | unix.ADJ_ESTERROR,
		Status: unix.STA_PLL,
	}
}

// set fills a field, whose width depends on the processor.
func set[T ~int32 | ~int64](field *T, value int64) { *field = T(value) }

func adjust(tx unix.Timex) error {
	_, err := unix.Adjtimex(&tx)
	return explain(err)
}

func explain(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, unix.EPERM):
		return errors.New("this process may not set the clock; grant it the capability CAP_SYS_TIME")
	default:
		return fmt.Errorf("the kernel does not set the clock: %w", err)
	}
}
