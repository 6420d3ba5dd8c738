package ptv_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"ptvd/internal/fakeserver"
	"ptvd/plugins"
	"ptvd/plugins/topics"
)

func TestDeparturesAreFetchedAtOnceAndThenInEveryPeriod(t *testing.T) {
	w := newWorld(t)
	w.Run(func(t *plugins.Task) error {
		start := t.Now()
		trains, departures := w.trains(t, config())
		if err := t.Sleep(10*time.Minute + time.Second); err != nil {
			return err
		}
		for i, at := range w.asked {
			if want := start.Add(time.Duration(i) * 30 * time.Second); at != want {
				w.T.Errorf("request %d came %v off its time", i, at.Sub(want))
			}
		}
		now := departures()
		if len(w.asked) != 21 || now.Received != w.asked[20] || now.Stop != "Huntingdale" || now.Period != 30*time.Second {
			w.T.Errorf("after %d requests: %+v", len(w.asked), now)
		}
		if trains.Env.Health.Condition != plugins.OK {
			w.T.Errorf("health: %+v", trains.Env.Health)
		}
		return trains.Stop(t)
	})
}

func TestBeforeTheFirstReplyNothingIsClaimed(t *testing.T) {
	w := newWorld(t)
	w.offline = true
	cfg := config()
	cfg.Walk = 6 * time.Minute
	want := topics.Departures{Walk: 6 * time.Minute, Period: 30 * time.Second}
	if got := w.once(cfg); !reflect.DeepEqual(got, want) {
		t.Errorf("published %+v, want %+v", got, want)
	}
}

func TestDeparturesComeInTheOrderOfLeaving(t *testing.T) {
	list := newWorld(t).once(config()).List
	if len(list) != 10 || !slices.IsSortedFunc(list, func(a, b topics.Departure) int { return a.When().Compare(b.When()) }) {
		t.Errorf("%d departures, not ten in order: %+v", len(list), list)
	}
}

func TestWhatLeavesWithinTheWalkComesBesideTheCount(t *testing.T) {
	w := newWorld(t)
	cfg := config()
	cfg.Walk, cfg.Count = 10*time.Minute, 4
	before := len(w.once(cfg).List) - 4
	if before < 3 {
		t.Errorf("%d departures before the four that can be caught: the trains of ten minutes are missing", before)
	}
}

func TestAnOutageKeepsWhatIsKnownAndSaysWhy(t *testing.T) {
	w := newWorld(t)
	w.Run(func(t *plugins.Task) error {
		trains, departures := w.trains(t, config())
		if err := t.Sleep(time.Second); err != nil {
			return err
		}
		want := departures()
		w.service.Fail(fakeserver.PTVFault{Status: 503})
		if err := t.Sleep(time.Minute); err != nil {
			return err
		}
		want.Problem = "HTTP 503"
		if got := departures(); !reflect.DeepEqual(got, want) {
			w.T.Errorf("published %+v, want %+v", got, want)
		}
		return trains.Stop(t)
	})
}

func TestOneLostReplyIsNoAlarmAndTwoInARowAre(t *testing.T) {
	w := newWorld(t)
	w.offline = true
	w.Run(func(t *plugins.Task) error {
		trains, departures := w.trains(t, config())
		health := trains.Env.Health
		if err := t.Sleep(time.Second); err != nil {
			return err
		}
		if len(w.asked) != 1 || health.Condition != plugins.OK || departures().Problem != "" {
			w.T.Errorf("after %d lost requests: %s (%s), %q", len(w.asked), health.Condition, health.Why, departures().Problem)
		}
		if err := t.Sleep(8 * time.Second); err != nil {
			return err
		}
		if len(w.asked) != 2 || health.Condition != plugins.Degraded || !strings.HasPrefix(health.Why, "no connection: ") ||
			departures().Problem != "no connection" {
			w.T.Errorf("after %d lost requests: %s (%s), %q", len(w.asked), health.Condition, health.Why, departures().Problem)
		}
		w.offline = false
		if err := t.Sleep(15 * time.Second); err != nil {
			return err
		}
		if health.Condition != plugins.OK || departures().Problem != "" {
			w.T.Errorf("after the outage: %s (%s), %q", health.Condition, health.Why, departures().Problem)
		}
		return trains.Stop(t)
	})
}

func TestTroubleThatLastsIsToldAtOnceAndNotAggravated(t *testing.T) {
	w := newWorld(t)
	w.service.Fail(fakeserver.PTVFault{Throttled: true})
	w.Run(func(t *plugins.Task) error {
		trains, departures := w.trains(t, config())
		if err := t.Sleep(40 * time.Second); err != nil {
			return err
		}
		if h := trains.Env.Health; len(w.asked) != 1 || h.Condition != plugins.Degraded || departures().Problem != "throttled" {
			w.T.Errorf("after %d requests: %s (%s), %q", len(w.asked), h.Condition, h.Why, departures().Problem)
		}
		return trains.Stop(t)
	})
}

func TestPausesGrowToMinutesWithoutAnEnd(t *testing.T) {
	w := newWorld(t)
	w.offline = true
	w.Run(func(t *plugins.Task) error {
		trains, _ := w.trains(t, config())
		if err := t.Sleep(6 * time.Hour); err != nil {
			return err
		}
		expected := 5 * time.Second
		for i := 1; i < len(w.asked); i++ {
			pause := w.asked[i].Sub(w.asked[i-1])
			if pause < expected*8/10 || pause > expected*12/10 {
				w.T.Errorf("pause %d is %v, want %v ± 20 %%", i, pause, expected)
			}
			expected = min(2*expected, 5*time.Minute)
		}
		if len(w.asked) < 60 {
			w.T.Errorf("%d requests in six hours: it gave up", len(w.asked))
		}
		w.offline, w.asked = false, nil
		if err := t.Sleep(20 * time.Minute); err != nil {
			return err
		}
		if n := len(w.asked); n < 28 || w.asked[n-1].Sub(w.asked[n-2]) != 30*time.Second {
			w.T.Errorf("%d requests in the twenty minutes after the outage: it is not back in step", n)
		}
		return trains.Stop(t)
	})
}

func TestTwoBoardsDoNotComeBackTogether(t *testing.T) {
	pauses := func(started time.Duration) (pauses []time.Duration) {
		w := newWorld(t)
		w.offline = true
		w.Run(func(t *plugins.Task) error {
			if err := t.Sleep(started); err != nil {
				return err
			}
			trains, _ := w.trains(t, config())
			if err := t.Sleep(time.Minute); err != nil {
				return err
			}
			return trains.Stop(t)
		})
		for i, at := range w.asked[1:] {
			pauses = append(pauses, at.Sub(w.asked[i]))
		}
		return pauses
	}
	one, same, other := pauses(time.Second), pauses(time.Second), pauses(time.Second+1)
	if !slices.Equal(one, same) {
		t.Errorf("after one start the pauses are %v and %v", one, same)
	}
	for i := range min(len(one), len(other)) {
		if one[i] == other[i] {
			t.Errorf("boards that were started a nanosecond apart both pause for %v", one[i])
		}
	}
}

func TestTwoInstancesDoNotComeBackTogether(t *testing.T) {
	w := newWorld(t)
	w.offline = true
	w.Run(func(t *plugins.Task) error {
		one, _ := w.trains(t, config())
		other := w.Start(t, "trams", func(env plugins.Env) (plugins.Plugin, error) {
			definition, _ := plugins.Lookup("ptv")
			return definition.New(env, config())
		})
		if err := t.Sleep(time.Minute); err != nil {
			return err
		}
		if again := w.asked[2:]; len(slices.Compact(again)) != len(w.asked)-2 {
			w.T.Errorf("two instances asked again at the same instant: %v", again)
		}
		if err := other.Stop(t); err != nil {
			return err
		}
		return one.Stop(t)
	})
}

func TestAKeyThatIsPutInPlaceLaterCounts(t *testing.T) {
	t.Setenv("PTV_TEST_KEY", "")
	w := newWorld(t)
	cfg := config()
	cfg.Key = plugins.Secret{Env: "PTV_TEST_KEY"}
	w.Run(func(task *plugins.Task) error {
		trains, departures := w.trains(task, cfg)
		if err := task.Sleep(time.Second); err != nil {
			return err
		}
		if h := trains.Env.Health; departures().Problem != "no key" || !strings.Contains(h.Why, "PTV_TEST_KEY") {
			t.Errorf("without a key: %q, %s", departures().Problem, h.Why)
		}
		t.Setenv("PTV_TEST_KEY", fakeserver.DemoKey)
		if err := task.Sleep(2 * time.Minute); err != nil {
			return err
		}
		if len(departures().List) == 0 {
			t.Errorf("with the key: %+v", departures())
		}
		return trains.Stop(task)
	})
}

func TestRepliesAreCounted(t *testing.T) {
	w := newWorld(t)
	w.Run(func(t *plugins.Task) error {
		trains, _ := w.trains(t, config())
		if err := t.Sleep(61 * time.Second); err != nil {
			return err
		}
		w.offline = true
		if err := t.Sleep(30 * time.Second); err != nil {
			return err
		}
		got := map[string]float64{}
		for name, value := range trains.Env.Meter.All() {
			got[name] = value
		}
		if got["fetches_ok_total"] != 3 || got["fetches_failed_total"] != 1 {
			w.T.Errorf("figures: %v", got)
		}
		return trains.Stop(t)
	})
}

func TestAfterAnOutageThatIsOverOneLostReplyIsNoAlarmAgain(t *testing.T) {
	w := newWorld(t)
	w.Run(func(t *plugins.Task) error {
		trains, _ := w.trains(t, config())
		w.offline = true
		if err := t.Sleep(10 * time.Minute); err != nil {
			return err
		}
		w.offline = false
		if err := t.Sleep(10 * time.Minute); err != nil { // longer than the longest pause
			return err
		}
		w.offline = true
		for before := len(w.asked); len(w.asked) == before; {
			if err := t.Sleep(time.Second); err != nil {
				return err
			}
		}
		if health := trains.Env.Health; health.Condition != plugins.OK {
			w.T.Errorf("after one lost reply: %s (%s)", health.Condition, health.Why)
		}
		lost := w.asked[len(w.asked)-1]
		if err := t.Sleep(8 * time.Second); err != nil {
			return err
		}
		if last := w.asked[len(w.asked)-1]; last == lost {
			w.T.Error("the first pause after it is not short")
		}
		return trains.Stop(t)
	})
}
