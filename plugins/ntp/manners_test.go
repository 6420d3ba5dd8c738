package ntp_test

import (
	"testing"
	"time"

	"ptvd/internal/fakeserver"
	"ptvd/plugins"
	"ptvd/plugins/plugintest"
)

// gaps returns the times between questions to a server.
func (w *world) gaps(server string) []time.Duration {
	var gaps []time.Duration
	times := w.dialled[server]
	for i := 1; i < len(times); i++ {
		gaps = append(gaps, times[i].Sub(times[i-1]))
	}
	return gaps
}

func TestServersAreAskedEveryTenMinutesGiveOrTakeATenth(t *testing.T) {
	w := newWorld(t, 4, 0)
	w.run(func(t *plugins.Task, i *plugintest.Instance) error { return t.Sleep(24 * time.Hour) })
	gaps := w.gaps("a.test")
	if len(gaps) < 130 || len(gaps) > 160 {
		t.Errorf("%d questions in a day", len(gaps)+1)
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

func TestNoServerIsAskedTwiceInFifteenSeconds(t *testing.T) {
	for name, fault := range map[string]fakeserver.NTPFault{
		"that is well":            {},
		"that is silent":          {Silent: true},
		"that lies":               {Offset: time.Hour},
		"that has no time":        {Stratum: 16},
		"that has just restarted": {Kiss: "INIT"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 2, 0)
			w.cfg.Every = 15 * time.Second
			w.fail(fault, 0)
			w.run(func(t *plugins.Task, i *plugintest.Instance) error { return t.Sleep(time.Hour) })
			gaps := w.gaps("a.test")
			if len(gaps) < 200 {
				t.Errorf("it was asked %d times in an hour", len(gaps)+1)
			}
			for _, gap := range gaps {
				if gap < 15*time.Second {
					t.Errorf("a gap of %v", gap)
				}
			}
		})
	}
}

func TestASilentServerIsAskedLessAndLess(t *testing.T) {
	w := newWorld(t, 1, 0)
	w.fail(fakeserver.NTPFault{Silent: true}, 0)
	w.run(func(t *plugins.Task, i *plugintest.Instance) error { return t.Sleep(3 * time.Hour) })
	doubled := 15 * time.Second
	for n, gap := range w.gaps("a.test") {
		if (gap - doubled).Abs() > doubled/10 {
			t.Errorf("gap %d is %v, want about %v", n, gap, doubled)
		}
		doubled = min(2*doubled, w.cfg.Every)
	}
}

func TestAServerThatAsksForRestGetsIt(t *testing.T) {
	w := newWorld(t, 2, 0)
	w.fail(fakeserver.NTPFault{Kiss: "RATE"}, 0)
	w.run(func(t *plugins.Task, i *plugintest.Instance) error { return t.Sleep(5 * 24 * time.Hour) })
	least := 2 * w.cfg.Every
	for n, gap := range w.gaps("a.test") {
		if gap < least {
			t.Errorf("gap %d is %v, want %v or more", n, gap, least)
		}
		least = min(2*least, 24*time.Hour)
	}
	if n := len(w.dialled["b.test"]); n < 650 {
		t.Errorf("the other one was asked %d times only", n)
	}
}

func TestARestThatWasAskedForIsKeptWhenTheServerAnswersAgain(t *testing.T) {
	w := newWorld(t, 1, 0)
	w.fail(fakeserver.NTPFault{Kiss: "RATE"}, 0)
	w.run(func(t *plugins.Task, i *plugintest.Instance) error {
		if err := t.Sleep(time.Minute); err != nil {
			return err
		}
		w.fail(fakeserver.NTPFault{}, 0)
		return t.Sleep(24 * time.Hour)
	})
	gaps := w.gaps("a.test")
	if len(gaps) < 60 {
		t.Errorf("it was asked %d times in a day", len(gaps)+1)
	}
	for _, gap := range gaps {
		if gap < 2*w.cfg.Every {
			t.Errorf("a gap of %v", gap)
		}
	}
}

func TestAServerThatRefusesIsLeftAloneForADay(t *testing.T) {
	for _, kiss := range []string{"DENY", "RSTR"} {
		t.Run(kiss, func(t *testing.T) {
			w := newWorld(t, 4, 0)
			w.fail(fakeserver.NTPFault{Kiss: kiss}, 0)
			w.run(func(t *plugins.Task, i *plugintest.Instance) error {
				if err := t.Sleep(23 * time.Hour); err != nil {
					return err
				}
				w.wantTime("by the others")
				w.wantHealth(i, plugins.OK, "by the others")
				if n := len(w.dialled["a.test"]); n != 1 {
					w.T.Errorf("it was asked %d times", n)
				}
				w.fail(fakeserver.NTPFault{}, 0)
				if err := t.Sleep(2 * time.Hour); err != nil {
					return err
				}
				if sync := w.latest(); sync.Agreed != 4 {
					w.T.Errorf("a day later %d servers agree", sync.Agreed)
				}
				return nil
			})
		})
	}
}

func TestWhereAllServersRefuseNobodyIsAskedForADay(t *testing.T) {
	w := newWorld(t, 2, -year)
	w.fail(fakeserver.NTPFault{Kiss: "DENY"}, 0, 1)
	w.run(func(t *plugins.Task, i *plugintest.Instance) error {
		if err := t.Sleep(25 * time.Hour); err != nil {
			return err
		}
		w.wantHealth(i, plugins.Degraded, "after a day")
		if n := len(w.dialled["a.test"]); n != 2 {
			w.T.Errorf("a server that refuses was asked %d times in 25 hours", n)
		}
		return nil
	})
}
