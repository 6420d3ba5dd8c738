package wallclock_test

import (
	"testing"
	"time"
	_ "time/tzdata"

	"ptvd/internal/scheduler"
	"ptvd/internal/wallclock"
)

// board is a board's two clocks: a monotonic one, and the system's, which is off
// by some amount.
type board struct {
	truth0 time.Time
	up     scheduler.Instant
	off    time.Duration
	kept   bool
}

func (b *board) Now() time.Time                    { return b.truth().Add(b.off) }
func (b *board) Synchronized() bool                { return b.kept }
func (b *board) truth() time.Time                  { return b.truth0.Add(time.Duration(b.up)) }
func (b *board) monotonic() scheduler.Instant      { return b.up }
func (b *board) pass(d time.Duration)              { b.up = b.up.Add(d) }
func (b *board) clock(trust bool) *wallclock.Clock { return b.clockIn(time.UTC, trust) }

func (b *board) clockIn(zone *time.Location, trust bool) *wallclock.Clock {
	return wallclock.New(b, b.monotonic, zone, trust)
}

// measure returns the offset that a correct server would report.
func (b *board) measure(c *wallclock.Clock) time.Duration { return b.truth().Sub(c.Uncorrected()) }

const year = 365 * 24 * time.Hour

func newBoard() *board { return &board{truth0: time.Date(2026, time.June, 1, 12, 0, 0, 0, time.UTC)} }

func TestClockIsSynchronizedByTheKernelOrTheConfiguration(t *testing.T) {
	for name, c := range map[string]struct {
		kept, trust bool
		off         time.Duration
		want        bool
	}{
		"by neither":           {want: false},
		"by the kernel":        {kept: true, want: true},
		"by the configuration": {trust: true, want: true},
		"by the kernel, with a time before the floor":        {kept: true, off: -3 * year, want: false},
		"by the configuration, with a time before the floor": {trust: true, off: -56 * year, want: false},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBoard()
			b.kept, b.off = c.kept, c.off
			clock := b.clock(c.trust)
			if clock.Synchronized() != c.want {
				t.Errorf("synchronized: %v", clock.Synchronized())
			}
			if err := clock.Correct(b.measure(clock)); err != nil || !clock.Synchronized() {
				t.Errorf("synchronized after a correction: %v (%v)", clock.Synchronized(), err)
			}
		})
	}
}

func TestTrustedClockIsSynchronizedOnceSet(t *testing.T) {
	b := newBoard()
	b.off = -56 * year
	clock := b.clock(true)
	b.off = 0
	if !clock.Synchronized() || !clock.Now().Equal(b.truth()) {
		t.Errorf("synchronized: %v, off by %v", clock.Synchronized(), clock.Now().Sub(b.truth()))
	}
}

func TestSystemStepAfterCorrectionDoesNotMoveTheTime(t *testing.T) {
	b := newBoard()
	b.off = -year
	clock := b.clock(false)
	if err := clock.Correct(b.measure(clock)); err != nil {
		t.Fatal(err)
	}
	for _, off := range []time.Duration{-year, 48 * time.Hour, -48 * time.Hour, 30 * year, -56 * year} {
		b.pass(90 * time.Minute)
		b.off = off
		if now := clock.Now(); !now.Equal(b.truth()) {
			t.Errorf("the system is off by %v, the clock by %v", off, now.Sub(b.truth()))
		}
		if got := clock.Offset(); got != -off {
			t.Errorf("the system is ahead by %v, and the offset is %v", off, got)
		}
	}
}

func TestSystemStepDuringAMeasurementDoesNotMatter(t *testing.T) {
	b := newBoard()
	clock := b.clock(false)
	asked := clock.Uncorrected()
	b.pass(time.Second)
	b.off = year
	if passed := clock.Uncorrected().Sub(asked); passed != time.Second {
		t.Errorf("a second took %v", passed)
	}
}

func TestLaterCorrectionReplacesTheEarlierOne(t *testing.T) {
	b := newBoard()
	clock := b.clock(false)
	for _, offset := range []time.Duration{time.Hour, -time.Minute, 0} {
		if err := clock.Correct(offset); err != nil {
			t.Error(err)
		}
		if now, want := clock.Now(), clock.Uncorrected().Add(offset); !now.Equal(want) {
			t.Errorf("it is %v, want %v", now, want)
		}
	}
}

func TestCorrectionBeforeTheFloorIsRefused(t *testing.T) {
	b := newBoard()
	clock := b.clock(false)
	if err := clock.Correct(-1024 * 7 * 24 * time.Hour); err == nil || clock.Synchronized() {
		t.Errorf("a correction by -1024 weeks was accepted (%v)", err)
	}
	if err := clock.Correct(0); err != nil {
		t.Fatal(err)
	}
	if err := clock.Correct(-56 * year); err == nil || !clock.Now().Equal(b.truth()) {
		t.Error("it replaced a good correction")
	}
}

func TestOffsetOfAnUncorrectedClockIsZero(t *testing.T) {
	b := newBoard()
	b.off = -year
	if got := b.clock(false).Offset(); got != 0 {
		t.Errorf("the offset is %v", got)
	}
}

func TestMelbourneTimeAtMidnightAndDaylightSavingChanges(t *testing.T) {
	zone, err := time.LoadLocation("Australia/Melbourne")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		from string   // UTC
		want []string // every half hour
	}{
		"daylight saving ends: an hour is repeated": {
			"2026-04-04T15:00:00Z",
			[]string{"02:00 AEDT", "02:30 AEDT", "02:00 AEST", "02:30 AEST", "03:00 AEST"},
		},
		"daylight saving begins: an hour is skipped": {
			"2026-10-03T15:00:00Z",
			[]string{"01:00 AEST", "01:30 AEST", "03:00 AEDT", "03:30 AEDT", "04:00 AEDT"},
		},
		"midnight": {
			"2026-07-01T13:00:00Z",
			[]string{"23:00 AEST", "23:30 AEST", "00:00 AEST", "00:30 AEST", "01:00 AEST"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBoard()
			if b.truth0, err = time.Parse(time.RFC3339, c.from); err != nil {
				t.Fatal(err)
			}
			b.off = -year
			clock := b.clockIn(zone, false)
			if err := clock.Correct(b.measure(clock)); err != nil {
				t.Fatal(err)
			}
			start := clock.Now()
			for n, want := range c.want {
				now := clock.Now()
				if got := now.Format("15:04 MST"); got != want {
					t.Errorf("the clock shows %s, want %s", got, want)
				}
				if passed := now.Sub(start); passed != time.Duration(n)*30*time.Minute {
					t.Errorf("%v have passed", passed)
				}
				b.pass(30 * time.Minute)
			}
		})
	}
}

// settable is a board whose system's clock can be set.
type settable struct{ *board }

func (settable) MaySet() error                 { return nil }
func (settable) Step(time.Duration) error      { return nil }
func (settable) Slew(_, _ time.Duration) error { return nil }

func TestSetterIsOfferedWhereTheSystemHasOne(t *testing.T) {
	b := newBoard()
	if _, ok := b.clock(false).Setter(); ok {
		t.Error("a system without a setter offers one")
	}
	if _, ok := wallclock.New(settable{b}, b.monotonic, time.UTC, false).Setter(); !ok {
		t.Error("a system with a setter offers none")
	}
}

func TestTheTimeIsUnknownAfterASuspendUntilTheNextCorrection(t *testing.T) {
	for name, c := range map[string]struct{ kept, trust, known bool }{
		"corrected by an NTP instance":               {},
		"and the kernel says that it is kept":        {kept: true},
		"with no NTP instance that could correct it": {trust: true, known: true},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBoard()
			b.kept = c.kept
			clock := b.clock(c.trust)
			if err := clock.Correct(b.measure(clock)); err != nil {
				t.Fatal(err)
			}
			b.pass(2 * time.Hour)
			clock.Resume()
			if clock.Synchronized() != c.known || !clock.Resumed().IsSet() {
				t.Errorf("synchronized: %v, resumed: %v", clock.Synchronized(), clock.Resumed().IsSet())
			}
			if err := clock.Correct(b.measure(clock)); err != nil || !clock.Synchronized() {
				t.Errorf("synchronized after a correction: %v (%v)", clock.Synchronized(), err)
			}
		})
	}
}

func TestEstimateIsCorrectedAndSurvivesASuspend(t *testing.T) {
	b := newBoard()
	b.off = -56 * year
	clock := b.clock(false)
	if got := clock.Estimate(); !got.Equal(b.Now()) {
		t.Errorf("before a correction it is %v, and the system's clock %v", got, b.Now())
	}
	if err := clock.Correct(b.measure(clock)); err != nil {
		t.Fatal(err)
	}
	b.pass(time.Hour)
	clock.Resume()
	if got := clock.Estimate(); !got.Equal(b.truth()) {
		t.Errorf("it is %v, want %v", got, b.truth())
	}
}

func TestNowHasNoMonotonicReading(t *testing.T) {
	clock := wallclock.New(wallclock.SystemClock(), func() scheduler.Instant { return 0 }, time.UTC, false)
	if now := clock.Now(); now != now.Round(0) {
		t.Errorf("%v has one", now)
	}
}
