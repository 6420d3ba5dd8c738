package ptv_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"ptvd/internal/fakeserver"
	"ptvd/internal/host"
	"ptvd/plugins"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/ptv"
	"ptvd/plugins/topics"
)

func TestDeparturesAreFetchedAtTheStartAndThenOncePerPeriod(t *testing.T) {
	fx := newFixture(t)
	fx.Run(func(t *plugins.Task) error {
		start := t.Now()
		trains, departures := fx.trains(t, config())
		if err := t.Sleep(10*time.Minute + time.Second); err != nil {
			return err
		}
		for i, at := range fx.requests {
			if want := start.Add(time.Duration(i) * 30 * time.Second); at != want {
				fx.T.Errorf("request %d was %v late", i, at.Sub(want))
			}
		}
		now := departures()
		if len(fx.requests) != 21 || now.Received != fx.requests[20] || now.Stop != "Huntingdale" || now.Period != 30*time.Second ||
			now.Zone.String() != "Australia/Melbourne" || now.List[0].Mode != "train" || now.List[0].Bay {
			fx.T.Errorf("after %d requests: %+v", len(fx.requests), now)
		}
		if trains.Health.Condition != host.OK {
			fx.T.Errorf("health: %+v", trains.Health)
		}
		return trains.Stop(t)
	})
}

func TestNoDeparturesArePublishedBeforeTheFirstReply(t *testing.T) {
	fx := newFixture(t)
	fx.offline = true
	cfg := config()
	cfg.Walk = 6 * time.Minute
	want := topics.Departures{Walk: 6 * time.Minute, Period: 30 * time.Second}
	want.Attribution = "Source: Licensed from Public Transport Victoria under a Creative Commons Attribution 4.0 International Licence, https://creativecommons.org/licenses/by/4.0/"
	got := fx.once(cfg)
	if got.Began = 0; !reflect.DeepEqual(got, want) {
		t.Errorf("published %+v, want %+v", got, want)
	}
}

func TestDeparturesArePublishedOnceMoreWhenTheClockIsSynchronized(t *testing.T) {
	fx := newFixture(t)
	fx.System.Sync = false
	fx.Run(func(t *plugins.Task) error {
		trains, departures := fx.trains(t, config())
		published := plugintest.Subscribe[topics.Departures](fx.Harness, "trains", "departures")
		t.Sleep(5 * time.Second)
		before, received := published.Version(), departures().Received
		fx.System.Sync = true
		t.Sleep(5 * time.Second)
		if n := published.Version() - before; n != 1 || departures().Received != received {
			fx.T.Errorf("published %d times, as received at %v instead of %v", n, departures().Received, received)
		}
		return trains.Stop(t)
	})
}

func TestDeparturesAreSortedByTime(t *testing.T) {
	list := newFixture(t).once(config()).List
	if running(list) != 10 || !slices.IsSortedFunc(list, func(a, b topics.Departure) int { return a.When().Compare(b.When()) }) {
		t.Errorf("%d departures, not ten in order: %+v", len(list), list)
	}
}

func TestDeparturesWithinTheWalkDoNotCount(t *testing.T) {
	fx := newFixture(t)
	cfg := config()
	cfg.Walk, cfg.Count = 10*time.Minute, 4
	before := len(fx.once(cfg).List) - 4
	if before < 3 {
		t.Errorf("%d departures before the four that can be caught, want those of ten minutes", before)
	}
}

func TestAnOutageKeepsTheDeparturesAndReportsTheProblem(t *testing.T) {
	fx := newFixture(t)
	fx.Run(func(t *plugins.Task) error {
		trains, departures := fx.trains(t, config())
		if err := t.Sleep(time.Second); err != nil {
			return err
		}
		want := departures()
		fx.api.Fail(fakeserver.Status(503))
		if err := t.Sleep(time.Minute); err != nil {
			return err
		}
		want.Problem = "HTTP 503"
		if got := departures(); !reflect.DeepEqual(got, want) {
			fx.T.Errorf("published %+v, want %+v", got, want)
		}
		return trains.Stop(t)
	})
}

func TestASingleFailureIsNotReported(t *testing.T) {
	fx := newFixture(t)
	fx.offline = true
	fx.Run(func(t *plugins.Task) error {
		trains, departures := fx.trains(t, config())
		health := trains.Health
		if err := t.Sleep(time.Second); err != nil {
			return err
		}
		if len(fx.requests) != 1 || health.Condition != host.OK || departures().Problem != "" {
			fx.T.Errorf("after %d failed requests: %s (%s), %q", len(fx.requests), health.Condition, health.Why, departures().Problem)
		}
		if err := t.Sleep(8 * time.Second); err != nil {
			return err
		}
		if len(fx.requests) != 2 || health.Condition != host.Degraded || !strings.HasPrefix(health.Why, "no connection: ") ||
			departures().Problem != "no connection" {
			fx.T.Errorf("after %d failed requests: %s (%s), %q", len(fx.requests), health.Condition, health.Why, departures().Problem)
		}
		fx.offline = false
		if err := t.Sleep(15 * time.Second); err != nil {
			return err
		}
		if health.Condition != host.OK || departures().Problem != "" {
			fx.T.Errorf("after the outage: %s (%s), %q", health.Condition, health.Why, departures().Problem)
		}
		return trains.Stop(t)
	})
}

func TestAPersistentErrorIsReportedAtOnceAndNotRetriedSoon(t *testing.T) {
	fx := newFixture(t)
	fx.api.Fail(fakeserver.Throttled)
	fx.Run(func(t *plugins.Task) error {
		trains, departures := fx.trains(t, config())
		if err := t.Sleep(40 * time.Second); err != nil {
			return err
		}
		if h := trains.Health; len(fx.requests) != 1 || h.Condition != host.Degraded || departures().Problem != "throttled" {
			fx.T.Errorf("after %d requests: %s (%s), %q", len(fx.requests), h.Condition, h.Why, departures().Problem)
		}
		return trains.Stop(t)
	})
}

func TestRetriesNeverEndAndTheirPausesGrow(t *testing.T) {
	t.Run("without a network", func(t *testing.T) { testRetries(t, false, 5*time.Minute) })
	t.Run("without a name server, which is not the service's", func(t *testing.T) { testRetries(t, true, time.Minute) })
}

func testRetries(t *testing.T, noNames bool, longest time.Duration) {
	fx := newFixture(t)
	fx.offline, fx.noNames = true, noNames
	fx.Run(func(t *plugins.Task) error {
		trains, _ := fx.trains(t, config())
		if err := t.Sleep(6 * time.Hour); err != nil {
			return err
		}
		expected := 5 * time.Second
		for i := 1; i < len(fx.requests); i++ {
			pause := fx.requests[i].Sub(fx.requests[i-1])
			if pause < expected*8/10 || pause > expected*12/10 {
				fx.T.Errorf("pause %d is %v, want %v ± 20 %%", i, pause, expected)
			}
			expected = min(2*expected, longest)
		}
		if len(fx.requests) < 60 {
			fx.T.Errorf("%d requests in six hours", len(fx.requests))
		}
		fx.offline, fx.noNames, fx.requests = false, false, nil
		if err := t.Sleep(20 * time.Minute); err != nil {
			return err
		}
		if n := len(fx.requests); n < 28 || fx.requests[n-1].Sub(fx.requests[n-2]) != 30*time.Second {
			fx.T.Errorf("%d requests in the twenty minutes after the outage, not one per period", n)
		}
		return trains.Stop(t)
	})
}

func TestTwoBoardsDoNotRetryAtTheSameTime(t *testing.T) {
	pauses := func(started time.Duration) (pauses []time.Duration) {
		fx := newFixture(t)
		fx.offline = true
		fx.Run(func(t *plugins.Task) error {
			if err := t.Sleep(started); err != nil {
				return err
			}
			trains, _ := fx.trains(t, config())
			if err := t.Sleep(time.Minute); err != nil {
				return err
			}
			return trains.Stop(t)
		})
		for i, at := range fx.requests[1:] {
			pauses = append(pauses, at.Sub(fx.requests[i]))
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

func TestTwoInstancesDoNotRetryAtTheSameTime(t *testing.T) {
	fx := newFixture(t)
	fx.offline = true
	fx.Run(func(t *plugins.Task) error {
		one, _ := fx.trains(t, config())
		other := fx.Instance("trams", "ptv").StartPlugin(t, func(env plugins.Env) (plugins.Plugin, error) {
			return ptv.New(env, config())
		})
		if err := t.Sleep(time.Minute); err != nil {
			return err
		}
		if retries := fx.requests[2:]; len(slices.Compact(retries)) != len(fx.requests)-2 {
			fx.T.Errorf("two instances retried at the same instant: %v", retries)
		}
		if err := other.Stop(t); err != nil {
			return err
		}
		return one.Stop(t)
	})
}

func TestAKeyThatIsAddedLaterIsUsed(t *testing.T) {
	t.Setenv("PTV_TEST_KEY", "")
	fx := newFixture(t)
	cfg := config()
	cfg.Key = plugins.Secret{Env: "PTV_TEST_KEY"}
	fx.Run(func(task *plugins.Task) error {
		trains, departures := fx.trains(task, cfg)
		if err := task.Sleep(time.Second); err != nil {
			return err
		}
		if h := trains.Health; departures().Problem != "no key" || !strings.Contains(h.Why, "PTV_TEST_KEY") {
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

func TestRequestsAreCounted(t *testing.T) {
	fx := newFixture(t)
	fx.Run(func(t *plugins.Task) error {
		trains, _ := fx.trains(t, config())
		if err := t.Sleep(61 * time.Second); err != nil {
			return err
		}
		fx.offline = true
		if err := t.Sleep(30 * time.Second); err != nil {
			return err
		}
		got := trains.Meter.All()
		if got["fetches_ok_total"] != 3 || got["fetches_failed_total"] != 1 {
			fx.T.Errorf("figures: %v", got)
		}
		return trains.Stop(t)
	})
}

func TestASuccessResetsTheFailures(t *testing.T) {
	fx := newFixture(t)
	fx.Run(func(t *plugins.Task) error {
		trains, _ := fx.trains(t, config())
		fx.offline = true
		if err := t.Sleep(10 * time.Minute); err != nil {
			return err
		}
		fx.offline = false
		if err := t.Sleep(10 * time.Minute); err != nil { // longer than the longest pause
			return err
		}
		fx.offline = true
		for before := len(fx.requests); len(fx.requests) == before; {
			if err := t.Sleep(time.Second); err != nil {
				return err
			}
		}
		if health := trains.Health; health.Condition != host.OK {
			fx.T.Errorf("after one failure: %s (%s)", health.Condition, health.Why)
		}
		failedAt := fx.requests[len(fx.requests)-1]
		if err := t.Sleep(8 * time.Second); err != nil {
			return err
		}
		if last := fx.requests[len(fx.requests)-1]; last == failedAt {
			fx.T.Error("no retry after the first pause")
		}
		return trains.Stop(t)
	})
}
