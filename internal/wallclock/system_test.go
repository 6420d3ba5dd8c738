package wallclock

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestStepIsSecondsAndNonNegativeNanoseconds(t *testing.T) {
	for by, want := range map[time.Duration][2]int64{
		0:                        {0, 0},
		1500 * time.Millisecond:  {1, 500_000_000},
		-1500 * time.Millisecond: {-2, 500_000_000},
		-2 * time.Second:         {-2, 0},
		-time.Nanosecond:         {-1, 999_999_999},
		365 * 24 * time.Hour:     {31_536_000, 0},
	} {
		tx := step(by)
		if got := [2]int64{int64(tx.Time.Sec), int64(tx.Time.Usec)}; got != want {
			t.Errorf("a step by %v is %v, want %v", by, got, want)
		}
		if tx.Modes&(unix.ADJ_SETOFFSET|unix.ADJ_NANO) != unix.ADJ_SETOFFSET|unix.ADJ_NANO {
			t.Errorf("a step by %v has the modes %#x", by, tx.Modes)
		}
	}
}

func TestSlewIsGentlerOverALongerInterval(t *testing.T) {
	for interval, want := range map[time.Duration]int64{
		15 * time.Second: 0,
		32 * time.Second: 1,
		10 * time.Minute: 5,
		24 * time.Hour:   12, // the kernel limits it to 10
	} {
		tx := slew(-300*time.Millisecond, interval)
		if int64(tx.Constant) != want || int64(tx.Offset) != -300_000_000 {
			t.Errorf("over %v: constant %d, offset %d", interval, tx.Constant, tx.Offset)
		}
	}
}

func TestSettingTheClockMarksItSynchronized(t *testing.T) {
	for name, tx := range map[string]*unix.Timex{"a step": step(time.Second), "a slew": slew(time.Second, time.Minute)} {
		if tx.Modes&unix.ADJ_STATUS == 0 || tx.Status&unix.STA_UNSYNC != 0 || tx.Status&unix.STA_PLL == 0 {
			t.Errorf("%s has the modes %#x and the status %#x", name, tx.Modes, tx.Status)
		}
	}
}
