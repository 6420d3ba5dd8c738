package demo

import (
	"testing"
	"time"

	"ptvd/internal/scheduler"
)

// manualClock is a system clock that the test sets.
type manualClock struct {
	scheduler.Clock
	now    scheduler.Instant
	waited scheduler.Instant
}

func (c *manualClock) Now() scheduler.Instant { return c.now }
func (c *manualClock) Wake()                  {}
func (c *manualClock) Wait(until scheduler.Instant) (scheduler.Instant, error) {
	c.waited = until
	return c.now, nil
}

func TestSpeedChangesFromNowOn(t *testing.T) {
	system := &manualClock{now: 1000}
	wall := time.Date(2026, 11, 18, 20, 50, 0, 0, time.UTC)
	c := &Clock{Clock: system, wall: wall, from: 1000, real: 1000, here: 1000, speed: 1, previous: 1}
	steps := []struct {
		system scheduler.Instant
		speed  int
		want   scheduler.Instant
	}{
		{system: 1500, want: 1500},
		{system: 2000, speed: 60, want: 2000},
		{system: 2010, want: 2600},
		{system: 2020, speed: 10, want: 3200},
		{system: 2030, speed: 1, want: 3300},
		{system: 3030, want: 4300},
	}
	for _, s := range steps {
		system.now = s.system
		if s.speed != 0 {
			c.SetSpeed(s.speed)
		}
		if got := c.Now(); got != s.want {
			t.Errorf("at %d: %d, want %d", s.system, got, s.want)
		}
	}
	if got := c.Wall().Sub(wall); got != 3300 {
		t.Errorf("the civil time advanced by %v", got)
	}
}

func TestWaitNeverEndsEarly(t *testing.T) {
	system := &manualClock{now: 1000}
	c := &Clock{Clock: system, real: 1000, here: 5000, speed: 60, previous: 10}
	for until, want := range map[scheduler.Instant]scheduler.Instant{
		5000: 1000, 5060: 1001, 5061: 1002, scheduler.Never: scheduler.Never, 4000: 900,
	} {
		c.Wait(until)
		if system.waited != want {
			t.Errorf("Wait(%d) waits until %d, want %d", until, system.waited, want)
		}
	}
}

func TestTheDemoBeginsAtATimeOfDayWhereItsStopIs(t *testing.T) {
	start, err := Today("23:05")
	if err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation("Australia/Melbourne")
	if err != nil {
		t.Fatal(err)
	}
	if got := NewClock(start).Wall().In(zone).Format("15:04"); got != "23:05" {
		t.Errorf("the demo begins at %s, not at 23:05", got)
	}
	for _, wrong := range []string{"", "25:00", "7", "07:50:00"} {
		if _, err := Today(wrong); err == nil {
			t.Errorf("%q was taken for a time of day", wrong)
		}
	}
}
