package ntp_test

import (
	"testing"
	"time"

	"ptvd/internal/fakeserver"
	"ptvd/plugins"
	"ptvd/plugins/plugintest"
)

func TestOneServerThatLiesIsOutvoted(t *testing.T) {
	for _, servers := range []int{3, 4, 5} {
		for _, lie := range []time.Duration{30 * time.Millisecond, -time.Second, time.Hour, -50 * year, 40 * year} {
			t.Run(lie.String(), func(t *testing.T) {
				w := newWorld(t, servers, -year)
				w.fail(fakeserver.NTPFault{Offset: lie}, 0)
				w.run(func(t *plugins.Task, i *plugintest.Instance) error {
					if err := t.Sleep(time.Second); err != nil {
						return err
					}
					w.wantTime("with a liar")
					if sync := w.latest(); sync.Agreed != servers-1 || sync.Asked != servers {
						w.T.Errorf("%d of %d agreed, want all but one of %d", sync.Agreed, sync.Asked, servers)
					}
					if w.logged("a.test") == 0 {
						w.T.Error("the log does not name the liar")
					}
					return nil
				})
			})
		}
	}
}

func TestTwoLiarsOfFourAreNotBelieved(t *testing.T) {
	w := newWorld(t, 4, -year)
	w.fail(fakeserver.NTPFault{Offset: time.Hour}, 0, 1)
	w.run(func(t *plugins.Task, i *plugintest.Instance) error {
		if err := t.Sleep(time.Hour); err != nil {
			return err
		}
		if w.Clock.Synchronized() {
			w.T.Error("the time counts as known")
		}
		return nil
	})
}

func TestALiarIsNotBelievedBecauseTheOthersAreSilent(t *testing.T) {
	w := newWorld(t, 4, -year)
	w.run(func(t *plugins.Task, i *plugintest.Instance) error {
		if err := t.Sleep(time.Minute); err != nil {
			return err
		}
		w.fail(fakeserver.NTPFault{Offset: time.Hour}, 0)
		w.fail(fakeserver.NTPFault{Silent: true}, 1, 2, 3)
		if err := t.Sleep(23 * time.Hour); err != nil {
			return err
		}
		w.wantTime("while a liar speaks alone")
		w.wantHealth(i, plugins.Degraded, "while a liar speaks alone")

		w.fail(fakeserver.NTPFault{}, 0)
		if err := t.Sleep(12 * time.Minute); err != nil {
			return err
		}
		w.wantHealth(i, plugins.OK, "when it tells the truth again")
		return nil
	})
}

func TestAfterADayWithoutAgreementALoneServerIsHeard(t *testing.T) {
	w := newWorld(t, 2, -year)
	w.fail(fakeserver.NTPFault{Offset: time.Hour}, 0)
	w.fail(fakeserver.NTPFault{Silent: true}, 1)
	w.run(func(t *plugins.Task, i *plugintest.Instance) error {
		if err := t.Sleep(time.Minute); err != nil {
			return err
		}
		w.fail(fakeserver.NTPFault{}, 0)
		if err := t.Sleep(25 * time.Hour); err != nil {
			return err
		}
		w.wantTime("a day after the lie")
		return nil
	})
}
