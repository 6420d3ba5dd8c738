package ntp_test

import (
	"testing"
	"time"

	"ptvd/internal/fakeserver"
	"ptvd/internal/host"
	"ptvd/plugins"
	"ptvd/plugins/plugintest"
)

const year = 365 * 24 * time.Hour

func TestTheClockIsSynchronizedAtTheStart(t *testing.T) {
	for name, off := range map[string]time.Duration{
		"a year behind":       -year,
		"a year ahead":        year,
		"in 1970":             -56 * year,
		"right":               0,
		"a millisecond ahead": time.Millisecond,
	} {
		t.Run(name, func(t *testing.T) {
			fx := newFixture(t, 4, off)
			fx.run(func(t *plugins.Task, i *plugintest.Instance) error {
				if err := t.Sleep(time.Second); err != nil {
					return err
				}
				fx.wantTime("a second after the start")
				sync := fx.latest()
				if sync.Count != 1 || sync.Agreed != 4 || sync.Asked != 4 || sync.Stratum != 2 || (sync.Offset+off).Abs() > 20*time.Millisecond {
					fx.T.Errorf("published: %+v", sync)
				}
				if fx.System.Step != off {
					fx.T.Error("the system clock was changed")
				}
				return nil
			})
		})
	}
}

func TestTheClockIsSynchronizedSoonAfterTheNetworkIsUp(t *testing.T) {
	for outage, soon := range map[time.Duration]time.Duration{
		2 * time.Second:  3 * time.Second,
		10 * time.Second: 10 * time.Second,
		2 * time.Hour:    17 * time.Second,
	} {
		t.Run(outage.String(), func(t *testing.T) {
			fx := newFixture(t, 1, -year)
			fx.down = true
			fx.run(func(t *plugins.Task, i *plugintest.Instance) error {
				if err := t.Sleep(outage); err != nil {
					return err
				}
				if fx.Clock.Synchronized() {
					fx.T.Error("the clock is synchronized without a network")
				}
				fx.down = false
				if err := t.Sleep(soon); err != nil {
					return err
				}
				fx.wantTime(soon.String() + " after the network was up")
				return nil
			})
		})
	}
}

func TestAStepOfTheSystemClockDuringAQueryDoesNoHarm(t *testing.T) {
	fx := newFixture(t, 4, 0)
	fx.onDial = func() { fx.System.Step += 12 * time.Hour }
	fx.run(func(t *plugins.Task, i *plugintest.Instance) error {
		for range 10 {
			if err := t.Sleep(10 * time.Minute); err != nil {
				return err
			}
			fx.wantTime("after a step")
		}
		if sync := fx.latest(); (sync.Offset + fx.System.Step).Abs() > 20*time.Millisecond {
			fx.T.Errorf("the system clock is ahead by %v, and the offset is %v", fx.System.Step, sync.Offset)
		}
		return nil
	})
}

func TestAWrongSystemClockIsLoggedOnceForEachOffset(t *testing.T) {
	const wrong, correct = "system clock is wrong", "correct again"
	fx := newFixture(t, 4, 0)
	fx.run(func(t *plugins.Task, i *plugintest.Instance) error {
		for _, phase := range []struct {
			step            time.Duration
			wrongs, correct int
		}{
			{900 * time.Millisecond, 0, 0},
			{-2 * time.Hour, 1, 0},
			{-2*time.Hour + 300*time.Millisecond, 1, 0},
			{2 * time.Hour, 2, 0},
			{time.Millisecond, 2, 1},
			{1100 * time.Millisecond, 3, 1},
		} {
			fx.System.Step = phase.step
			if err := t.Sleep(time.Hour); err != nil {
				return err
			}
			if a, b := fx.logged(wrong), fx.logged(correct); a != phase.wrongs || b != phase.correct {
				fx.T.Errorf("after a step to %v: logged wrong %d times and correct %d times, want %d and %d", phase.step, a, b, phase.wrongs, phase.correct)
			}
		}
		return nil
	})
}

func TestHealthIsDegradedAfterThreePeriodsWithoutATime(t *testing.T) {
	fx := newFixture(t, 4, 0)
	fx.run(func(t *plugins.Task, i *plugintest.Instance) error {
		for _, phase := range []struct {
			when   string
			lasts  time.Duration
			silent bool
			want   host.Condition
		}{
			{"at the start", time.Second, false, host.OK},
			{"after twenty silent minutes", 20 * time.Minute, true, host.OK},
			{"after forty", 20 * time.Minute, true, host.Degraded},
			{"after a day", 24 * time.Hour, true, host.Degraded},
			{"when they reply again", 12 * time.Minute, false, host.OK},
		} {
			fx.fail(fakeserver.NTPFault{Silent: phase.silent}, 0, 1, 2, 3)
			if err := t.Sleep(phase.lasts); err != nil {
				return err
			}
			fx.wantHealth(i, phase.want, phase.when)
			fx.wantTime(phase.when)
		}
		return nil
	})
}

func TestHealthSaysWhyTheClockIsNotSynchronized(t *testing.T) {
	silence := func(fx *fixture) { fx.fail(fakeserver.NTPFault{Silent: true}, 0, 1) }
	for name, scene := range map[string]struct {
		fail func(*fixture)
		want string
	}{
		"no network":       {func(fx *fixture) { fx.down = true }, "no usable NTP server: a.test: temporary failure in name resolution; b.test: temporary failure in name resolution"},
		"silence":          {silence, "no usable NTP server: a.test: no reply within 5s; b.test: no reply within 5s"},
		"not synchronized": {func(fx *fixture) { fx.fail(fakeserver.NTPFault{Stratum: 16}, 0, 1) }, "no usable NTP server: a.test: invalid stratum in response; b.test: invalid stratum in response"},
		"disagreement":     {func(fx *fixture) { fx.fail(fakeserver.NTPFault{Offset: time.Hour}, 0) }, "no majority: the NTP servers disagree on the time"},
		"implausible time": {func(fx *fixture) { fx.fail(fakeserver.NTPFault{Offset: -1024 * 7 * 24 * time.Hour}, 0, 1) }, "implausible time: 2007-04-04 is before 2025-01-01"},
	} {
		t.Run(name, func(t *testing.T) {
			fx := newFixture(t, 2, -year)
			scene.fail(fx)
			fx.run(func(t *plugins.Task, i *plugintest.Instance) error {
				if err := t.Sleep(29 * time.Second); err != nil {
					return err
				}
				fx.wantHealth(i, host.OK, "in the first half minute")
				if err := t.Sleep(5 * time.Minute); err != nil {
					return err
				}
				fx.wantHealth(i, host.Degraded, "after five minutes")
				if why := i.Health.Why; why != scene.want {
					fx.T.Errorf("health: %q, want %q", why, scene.want)
				}
				if fx.Clock.Synchronized() {
					fx.T.Error("the clock is synchronized")
				}
				return nil
			})
		})
	}
}

func TestTheClockIsSynchronizedAtOnceAfterASuspend(t *testing.T) {
	fx := newFixture(t, 4, -year)
	fx.run(func(t *plugins.Task, i *plugintest.Instance) error {
		t.Sleep(2 * time.Minute)
		fx.Suspend(3 * time.Minute)
		t.Sleep(time.Second)
		t.Sleep(2 * time.Second)
		fx.wantTime("after a suspend")
		if n := fx.latest().Count; n != 2 {
			fx.T.Errorf("synchronized %d times", n)
		}
		return nil
	})
}
