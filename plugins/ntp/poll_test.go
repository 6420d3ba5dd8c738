package ntp_test

import (
	"testing"
	"time"

	"ptvd/internal/fakeserver"
	"ptvd/internal/host"
	"ptvd/plugins"
	"ptvd/plugins/plugintest"
)

// gaps returns the times between queries of a server.
func (fx *fixture) gaps(server string) []time.Duration {
	var gaps []time.Duration
	times := fx.dialed[server]
	for i := 1; i < len(times); i++ {
		gaps = append(gaps, times[i].Sub(times[i-1]))
	}
	return gaps
}

func TestServersArePolledEveryTenMinutesWithJitter(t *testing.T) {
	fx := newFixture(t, 4, 0)
	fx.run(func(t *plugins.Task, i *plugintest.Instance) error { return t.Sleep(24 * time.Hour) })
	gaps := fx.gaps("a.test")
	if len(gaps) < 130 || len(gaps) > 160 {
		t.Errorf("%d queries in a day", len(gaps)+1)
	}
	different := map[time.Duration]bool{}
	for _, gap := range gaps {
		different[gap] = true
		if gap < 9*time.Minute || gap > 11*time.Minute {
			t.Errorf("a gap of %v", gap)
		}
	}
	if len(different) < len(gaps)/2 {
		t.Error("there is no jitter")
	}
}

func TestNoServerIsQueriedTwiceWithinFifteenSeconds(t *testing.T) {
	for name, fault := range map[string]fakeserver.NTPFault{
		"without a fault": {},
		"silent":          {Silent: true},
		"wrong time":      {Offset: time.Hour},
		"unsynchronized":  {Stratum: 16},
		"kiss code INIT":  {Kiss: "INIT"},
	} {
		t.Run(name, func(t *testing.T) {
			fx := newFixture(t, 2, 0)
			fx.cfg.Every = 15 * time.Second
			fx.fail(fault, 0)
			fx.run(func(t *plugins.Task, i *plugintest.Instance) error { return t.Sleep(time.Hour) })
			gaps := fx.gaps("a.test")
			if len(gaps) < 200 {
				t.Errorf("%d queries in an hour", len(gaps)+1)
			}
			for _, gap := range gaps {
				if gap < 15*time.Second {
					t.Errorf("a gap of %v", gap)
				}
			}
		})
	}
}

func TestASilentServerIsPolledLessAndLessOften(t *testing.T) {
	fx := newFixture(t, 1, 0)
	fx.fail(fakeserver.NTPFault{Silent: true}, 0)
	fx.run(func(t *plugins.Task, i *plugintest.Instance) error { return t.Sleep(3 * time.Hour) })
	doubled := 15 * time.Second
	for n, gap := range fx.gaps("a.test") {
		if (gap - doubled).Abs() > doubled/10 {
			t.Errorf("gap %d is %v, want about %v", n, gap, doubled)
		}
		doubled = min(2*doubled, fx.cfg.Every)
	}
}

func TestRATEReducesThePollRate(t *testing.T) {
	fx := newFixture(t, 2, 0)
	fx.fail(fakeserver.NTPFault{Kiss: "RATE"}, 0)
	fx.run(func(t *plugins.Task, i *plugintest.Instance) error { return t.Sleep(5 * 24 * time.Hour) })
	least := 2 * fx.cfg.Every
	for n, gap := range fx.gaps("a.test") {
		if gap < least {
			t.Errorf("gap %d is %v, want %v or more", n, gap, least)
		}
		least = min(2*least, 24*time.Hour)
	}
	if n := len(fx.dialed["b.test"]); n < 650 {
		t.Errorf("the other server was queried only %d times", n)
	}
}

func TestTheReducedRateIsKeptWhenTheServerReplies(t *testing.T) {
	fx := newFixture(t, 1, 0)
	fx.fail(fakeserver.NTPFault{Kiss: "RATE"}, 0)
	fx.run(func(t *plugins.Task, i *plugintest.Instance) error {
		if err := t.Sleep(time.Minute); err != nil {
			return err
		}
		fx.fail(fakeserver.NTPFault{}, 0)
		return t.Sleep(24 * time.Hour)
	})
	gaps := fx.gaps("a.test")
	if len(gaps) < 60 {
		t.Errorf("%d queries in a day", len(gaps)+1)
	}
	for _, gap := range gaps {
		if gap < 2*fx.cfg.Every {
			t.Errorf("a gap of %v", gap)
		}
	}
}

func TestDENYAndRSTRStopQueriesForADay(t *testing.T) {
	for _, kiss := range []string{"DENY", "RSTR"} {
		t.Run(kiss, func(t *testing.T) {
			fx := newFixture(t, 4, 0)
			fx.fail(fakeserver.NTPFault{Kiss: kiss}, 0)
			fx.run(func(t *plugins.Task, i *plugintest.Instance) error {
				if err := t.Sleep(23 * time.Hour); err != nil {
					return err
				}
				fx.wantTime("with the other servers")
				fx.wantHealth(i, host.OK, "with the other servers")
				if n := len(fx.dialed["a.test"]); n != 1 {
					fx.T.Errorf("it was queried %d times", n)
				}
				fx.fail(fakeserver.NTPFault{}, 0)
				if err := t.Sleep(2 * time.Hour); err != nil {
					return err
				}
				if sync := fx.latest(); sync.Agreed != 4 {
					fx.T.Errorf("a day later %d servers agree", sync.Agreed)
				}
				return nil
			})
		})
	}
}

func TestWithOnlyRefusingServersThereAreNoQueriesForADay(t *testing.T) {
	fx := newFixture(t, 2, -year)
	fx.fail(fakeserver.NTPFault{Kiss: "DENY"}, 0, 1)
	fx.run(func(t *plugins.Task, i *plugintest.Instance) error {
		if err := t.Sleep(25 * time.Hour); err != nil {
			return err
		}
		fx.wantHealth(i, host.Degraded, "after a day")
		if n := len(fx.dialed["a.test"]); n != 2 {
			fx.T.Errorf("a refusing server was queried %d times in 25 hours", n)
		}
		return nil
	})
}
