package ntp_test

import (
	"testing"
	"time"

	"ptvd/internal/fakeserver"
	"ptvd/plugins"
	"ptvd/plugins/plugintest"
)

const year = 365 * 24 * time.Hour

func TestABoardThatBootsWithAWrongClockLearnsTheTimeAtOnce(t *testing.T) {
	for name, off := range map[string]time.Duration{
		"a year behind":       -year,
		"a year ahead":        year,
		"in 1970":             -56 * year,
		"right":               0,
		"a millisecond ahead": time.Millisecond,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 4, off)
			w.run(func(t *plugins.Task, i *plugintest.Instance) error {
				if err := t.Sleep(time.Second); err != nil {
					return err
				}
				w.wantTime("a second after the start")
				sync := w.latest()
				if sync.Count != 1 || sync.Agreed != 4 || sync.Asked != 4 || sync.Stratum != 2 || (sync.Offset+off).Abs() > 20*time.Millisecond {
					w.T.Errorf("published: %+v", sync)
				}
				if w.System.Step != off {
					w.T.Error("the system's clock was touched")
				}
				return nil
			})
		})
	}
}

func TestTheTimeIsKnownSoonAfterTheNetworkIsThere(t *testing.T) {
	for outage, soon := range map[time.Duration]time.Duration{
		2 * time.Second:  3 * time.Second,
		10 * time.Second: 10 * time.Second,
		2 * time.Hour:    17 * time.Second,
	} {
		t.Run(outage.String(), func(t *testing.T) {
			w := newWorld(t, 1, -year)
			w.down = true
			w.run(func(t *plugins.Task, i *plugintest.Instance) error {
				if err := t.Sleep(outage); err != nil {
					return err
				}
				if w.Clock.Synchronized() {
					w.T.Error("the clock is synchronized without a network")
				}
				w.down = false
				if err := t.Sleep(soon); err != nil {
					return err
				}
				w.wantTime(soon.String() + " after the network came")
				return nil
			})
		})
	}
}

func TestAStepOfTheSystemsClockInMidFlightMovesNothing(t *testing.T) {
	w := newWorld(t, 4, 0)
	w.onDial = func() { w.System.Step += 12 * time.Hour }
	w.run(func(t *plugins.Task, i *plugintest.Instance) error {
		for range 10 {
			if err := t.Sleep(10 * time.Minute); err != nil {
				return err
			}
			w.wantTime("after a step")
		}
		if sync := w.latest(); (sync.Offset + w.System.Step).Abs() > 20*time.Millisecond {
			w.T.Errorf("the system's clock is ahead by %v, and the offset is %v", w.System.Step, sync.Offset)
		}
		return nil
	})
}

func TestAWrongSystemClockIsMentionedOnceUntilItChanges(t *testing.T) {
	const complaint, relief = "the system's clock is wrong", "right again"
	w := newWorld(t, 4, 0)
	w.run(func(t *plugins.Task, i *plugintest.Instance) error {
		for _, phase := range []struct {
			step              time.Duration
			complaints, sighs int
		}{
			{900 * time.Millisecond, 0, 0},
			{-2 * time.Hour, 1, 0},
			{-2*time.Hour + 300*time.Millisecond, 1, 0},
			{2 * time.Hour, 2, 0},
			{time.Millisecond, 2, 1},
			{1100 * time.Millisecond, 3, 1},
		} {
			w.System.Step = phase.step
			if err := t.Sleep(time.Hour); err != nil {
				return err
			}
			if c, s := w.logged(complaint), w.logged(relief); c != phase.complaints || s != phase.sighs {
				w.T.Errorf("after a step to %v: %d complaints and %d sighs of relief, want %d and %d", phase.step, c, s, phase.complaints, phase.sighs)
			}
		}
		return nil
	})
}

func TestALostRoundIsNoAlarmAndALongSilenceIs(t *testing.T) {
	w := newWorld(t, 4, 0)
	w.run(func(t *plugins.Task, i *plugintest.Instance) error {
		for _, phase := range []struct {
			when   string
			lasts  time.Duration
			silent bool
			want   plugins.Condition
		}{
			{"at the start", time.Second, false, plugins.OK},
			{"after twenty silent minutes", 20 * time.Minute, true, plugins.OK},
			{"after forty", 20 * time.Minute, true, plugins.Degraded},
			{"after a day", 24 * time.Hour, true, plugins.Degraded},
			{"when they are back", 12 * time.Minute, false, plugins.OK},
		} {
			w.fail(fakeserver.NTPFault{Silent: phase.silent}, 0, 1, 2, 3)
			if err := t.Sleep(phase.lasts); err != nil {
				return err
			}
			w.wantHealth(i, phase.want, phase.when)
			w.wantTime(phase.when)
		}
		return nil
	})
}

func TestABoardWithoutTimeSaysWhy(t *testing.T) {
	silence := func(w *world) { w.fail(fakeserver.NTPFault{Silent: true}, 0, 1) }
	for name, scene := range map[string]struct {
		fail func(*world)
		want string
	}{
		"no network":       {func(w *world) { w.down = true }, "no time from a.test: its name cannot be looked up; b.test: its name cannot be looked up"},
		"silence":          {silence, "no time from a.test: no answer within 5s; b.test: no answer within 5s"},
		"not synchronised": {func(w *world) { w.fail(fakeserver.NTPFault{Stratum: 16}, 0, 1) }, "no time from a.test: invalid stratum in response; b.test: invalid stratum in response"},
		"contradiction":    {func(w *world) { w.fail(fakeserver.NTPFault{Offset: time.Hour}, 0) }, "no majority of the servers agrees on the time"},
		"both in the past": {func(w *world) { w.fail(fakeserver.NTPFault{Offset: -1024 * 7 * 24 * time.Hour}, 0, 1) }, "implausible time: 2007-04-04 is before 2025-01-01"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 2, -year)
			scene.fail(w)
			w.run(func(t *plugins.Task, i *plugintest.Instance) error {
				if err := t.Sleep(29 * time.Second); err != nil {
					return err
				}
				w.wantHealth(i, plugins.OK, "in the first half minute")
				if err := t.Sleep(5 * time.Minute); err != nil {
					return err
				}
				w.wantHealth(i, plugins.Degraded, "after five minutes")
				if why := i.Env.Health.Why; why != scene.want {
					w.T.Errorf("it says %q, want %q", why, scene.want)
				}
				if w.Clock.Synchronized() {
					w.T.Error("the time counts as known")
				}
				return nil
			})
		})
	}
}
