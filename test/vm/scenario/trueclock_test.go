//go:build vm

package scenario

import (
	"time"

	"golang.org/x/sys/unix"
)

const (
	day  = 24 * time.Hour
	year = 365 * day
)

// trueClock is a clock that steps and slews of the guest's clock do not affect: the
// guest's time when the test began, carried on by CLOCK_MONOTONIC_RAW.
type trueClock struct {
	guest *guest
	began time.Time
	raw   time.Duration
}

// newTrueClock returns a clock that starts with the guest's time, and serves the fakes
// with it. At the end of the test the guest's clock is set back, unsynchronized.
func newTrueClock(g *guest) *trueClock {
	o := &trueClock{guest: g, began: time.Now().Round(0), raw: rawMonotonic()}
	g.serveFakes(o.now)
	g.Cleanup(func() {
		o.step(-o.ahead())
		free := unix.Timex{Modes: unix.ADJ_STATUS | unix.ADJ_FREQUENCY | unix.ADJ_OFFSET, Status: unix.STA_UNSYNC}
		if _, err := unix.Adjtimex(&free); err != nil {
			g.Error(err)
		}
	})
	return o
}

func rawMonotonic() time.Duration {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC_RAW, &now); err != nil {
		panic(err) // every kernel has it
	}
	return time.Duration(now.Nano())
}

// now returns the true time.
func (o *trueClock) now() time.Time { return o.began.Add(rawMonotonic() - o.raw) }

// ahead returns how far the guest's clock is ahead.
func (o *trueClock) ahead() time.Duration { return time.Now().Round(0).Sub(o.now()) }

// step steps the guest's clock.
func (o *trueClock) step(by time.Duration) {
	o.guest.Helper()
	to, err := unix.TimeToTimespec(time.Now().Add(by))
	if err == nil {
		err = unix.ClockSettime(unix.CLOCK_REALTIME, &to)
	}
	if err != nil {
		o.guest.Fatalf("step the guest's clock by %v: %v", by, err)
	}
}
