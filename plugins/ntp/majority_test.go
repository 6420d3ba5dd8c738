package ntp_test

import (
	"testing"
	"time"

	"ptvd/internal/fakeserver"
	"ptvd/internal/host"
	"ptvd/plugins"
	"ptvd/plugins/plugintest"
)

func TestOneWrongServerIsOutvoted(t *testing.T) {
	for _, servers := range []int{3, 4, 5} {
		for _, offset := range []time.Duration{30 * time.Millisecond, -time.Second, time.Hour, -50 * year, 40 * year} {
			t.Run(offset.String(), func(t *testing.T) {
				fx := newFixture(t, servers, -year)
				fx.fail(fakeserver.NTPFault{Offset: offset}, 0)
				fx.run(func(t *plugins.Task, i *plugintest.Instance) error {
					if err := t.Sleep(time.Second); err != nil {
						return err
					}
					fx.wantTime("with a wrong server")
					if sync := fx.latest(); sync.Agreed != servers-1 || sync.Asked != servers {
						fx.T.Errorf("%d of %d servers agreed, want all but one of %d", sync.Agreed, sync.Asked, servers)
					}
					if fx.logged("a.test") == 0 {
						fx.T.Error("the log does not name the wrong server")
					}
					return nil
				})
			})
		}
	}
}

func TestTwoWrongServersOfFourAreNotBelieved(t *testing.T) {
	fx := newFixture(t, 4, -year)
	fx.fail(fakeserver.NTPFault{Offset: time.Hour}, 0, 1)
	fx.run(func(t *plugins.Task, i *plugintest.Instance) error {
		if err := t.Sleep(time.Hour); err != nil {
			return err
		}
		if fx.Clock.Synchronized() {
			fx.T.Error("the clock is synchronized")
		}
		return nil
	})
}

func TestAWrongServerIsNotBelievedBecauseTheOthersAreSilent(t *testing.T) {
	fx := newFixture(t, 4, -year)
	fx.run(func(t *plugins.Task, i *plugintest.Instance) error {
		if err := t.Sleep(time.Minute); err != nil {
			return err
		}
		fx.fail(fakeserver.NTPFault{Offset: time.Hour}, 0)
		fx.fail(fakeserver.NTPFault{Silent: true}, 1, 2, 3)
		if err := t.Sleep(23 * time.Hour); err != nil {
			return err
		}
		fx.wantTime("while only a wrong server replies")
		fx.wantHealth(i, host.Degraded, "while only a wrong server replies")

		fx.fail(fakeserver.NTPFault{}, 0)
		if err := t.Sleep(12 * time.Minute); err != nil {
			return err
		}
		fx.wantHealth(i, host.OK, "when it is correct again")
		return nil
	})
}

func TestAfterADayWithoutAMajorityOneServerIsBelieved(t *testing.T) {
	fx := newFixture(t, 2, -year)
	fx.fail(fakeserver.NTPFault{Offset: time.Hour}, 0)
	fx.fail(fakeserver.NTPFault{Silent: true}, 1)
	fx.run(func(t *plugins.Task, i *plugintest.Instance) error {
		if err := t.Sleep(time.Minute); err != nil {
			return err
		}
		fx.fail(fakeserver.NTPFault{}, 0)
		if err := t.Sleep(25 * time.Hour); err != nil {
			return err
		}
		fx.wantTime("a day later")
		return nil
	})
}
