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

// outside is the time outside the guest: what the guest's clock said when the test
// began, carried on by one that nobody can set or slew.
type outside struct {
	guest *guest
	began time.Time
	raw   time.Duration
}

// newOutside begins with the guest's time, and gives it to the stand-ins. At the end of
// the test the guest's clock is right again, and nobody vouches for it.
func newOutside(g *guest) *outside {
	o := &outside{guest: g, began: time.Now().Round(0), raw: unslewed()}
	g.standIn(o.now)
	g.Cleanup(func() {
		o.step(-o.ahead())
		free := unix.Timex{Modes: unix.ADJ_STATUS | unix.ADJ_FREQUENCY | unix.ADJ_OFFSET, Status: unix.STA_UNSYNC}
		if _, err := unix.Adjtimex(&free); err != nil {
			g.Error(err)
		}
	})
	return o
}

func unslewed() time.Duration {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC_RAW, &now); err != nil {
		panic(err) // there is no kernel without it
	}
	return time.Duration(now.Nano())
}

// now is the right time.
func (o *outside) now() time.Time { return o.began.Add(unslewed() - o.raw) }

// ahead is how far the guest's clock is ahead.
func (o *outside) ahead() time.Duration { return time.Now().Round(0).Sub(o.now()) }

// step moves the guest's clock at once.
func (o *outside) step(by time.Duration) {
	o.guest.Helper()
	to, err := unix.TimeToTimespec(time.Now().Add(by))
	if err == nil {
		err = unix.ClockSettime(unix.CLOCK_REALTIME, &to)
	}
	if err != nil {
		o.guest.Fatalf("the guest's clock cannot be moved by %v: %v", by, err)
	}
}
