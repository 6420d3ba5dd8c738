package topics_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ptvd/internal/scheduler"
	"ptvd/plugins/topics"
)

const tenHours = scheduler.Instant(10 * time.Hour)

var noon = topics.Moment{Now: time.Date(2026, 11, 19, 12, 0, 20, 0, time.UTC), Synchronized: true, Mono: tenHours}

// received returns departures that were received some time before noon.
func received(age time.Duration, list ...topics.Departure) topics.Departures {
	return topics.Departures{List: list, Period: 30 * time.Second, Received: tenHours.Add(-age)}
}

// next returns the first departures of one source that can still be caught.
func next(d topics.Departures, m topics.Moment, n int, waiting scheduler.Instant) (list []topics.Departure, why topics.Absence, until topics.Until) {
	offers, why, until := topics.Group{d}.Next(m, n, waiting)
	for _, o := range offers {
		list = append(list, o.Departure)
	}
	return list, why, until
}

// train leaves some time after noon.
func train(in time.Duration) topics.Departure {
	return topics.Departure{Scheduled: noon.Now.Add(in - time.Minute), Estimated: noon.Now.Add(in)}
}

func cancelled(d topics.Departure) topics.Departure {
	d.Cancelled = true
	return d
}

func TestThatNothingElseLeavesIsOnlyKnownFromACompleteReply(t *testing.T) {
	standing := train(-20 * time.Second)
	standing.AtPlatform = true
	for _, test := range []struct {
		name     string
		complete bool
		walk     time.Duration
		age      time.Duration
		list     []topics.Departure
		why      topics.Absence
	}{
		{"an empty reply", true, 0, time.Minute, nil, topics.NoneLeft},
		{"an empty one that is incomplete", false, 0, time.Minute, nil, topics.Later},
		{"one with a departure that had left", true, 0, 10 * time.Second, []topics.Departure{train(-20 * time.Second)}, topics.NoneLeft},
		{"an incomplete one with a departure that had left", false, 0, 10 * time.Second, []topics.Departure{train(-20 * time.Second)}, topics.Later},
		{"one with a departure that has left since", true, 0, 20 * time.Second, []topics.Departure{train(-20 * time.Second)}, topics.Later},
		{"one with a departure within the walk", true, 5 * time.Minute, 10 * time.Second, []topics.Departure{train(4 * time.Minute)}, topics.Missed},
		{"an incomplete one with a departure within the walk", false, 5 * time.Minute, 10 * time.Second, []topics.Departure{train(4 * time.Minute)}, topics.Later},
		{"one with a departure that is within the walk by now", true, 5 * time.Minute, time.Minute, []topics.Departure{train(4 * time.Minute)}, topics.Missed},
		{"one with a departure at this moment", true, 5 * time.Minute, 10 * time.Second, []topics.Departure{train(0)}, topics.Missed},
		{"one with a departure that was within the walk and has left", true, 5 * time.Minute, 10 * time.Second, []topics.Departure{train(-1)}, topics.NoneLeft},
		{"one with a cancelled departure within the walk", true, 5 * time.Minute, 10 * time.Second, []topics.Departure{cancelled(train(4 * time.Minute))}, topics.NoneLeft},
		{"one with a train at the platform", true, 0, 2 * time.Minute, []topics.Departure{standing}, topics.Later},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := received(test.age, test.list...)
			d.Walk, d.Complete = test.walk, test.complete
			if list, why, _ := next(d, noon, 1, 0); why != test.why {
				t.Errorf("Next returns %v and %q, not %q", list, why, test.why)
			}
		})
	}
}

func TestDeparturesAgeByTheMonotonicClockAlone(t *testing.T) {
	for _, test := range []struct {
		age       time.Duration
		freshness topics.Freshness
		why       topics.Absence
	}{
		{0, topics.Fresh, ""},
		{time.Minute, topics.Fresh, ""},
		{time.Minute + 1, topics.Old, ""},
		{5 * time.Minute, topics.Old, ""},
		{5*time.Minute + 1, topics.Stale, topics.OldData},
	} {
		for _, step := range []time.Duration{0, -48 * time.Hour} {
			m, d := noon, received(test.age, train(10*time.Minute))
			m.Now = m.Now.Add(step)
			freshness, _ := d.Freshness(m)
			_, why, _ := next(d, m, 1, 0)
			if freshness != test.freshness || why != test.why {
				t.Errorf("at the age of %v, with the clock stepped by %v: %s and %q", test.age, step, freshness, why)
			}
		}
	}
}

func TestAnAnswerStaysTrueUntilTheTimeItNames(t *testing.T) {
	span := func(t *rapid.T, name string, from, to time.Duration) time.Duration {
		edges := []time.Duration{0, 1, time.Minute, 2 * time.Minute, topics.StaleAfter, topics.StaleAfter + 1}
		if d := rapid.SampledFrom(edges).Draw(t, name+" at an edge"); rapid.Bool().Draw(t, name) && from <= d && d <= to {
			return d
		}
		return time.Duration(rapid.Int64Range(int64(from), int64(to)).Draw(t, name))
	}
	rapid.Check(t, func(t *rapid.T) {
		var list []topics.Departure
		for range rapid.IntRange(0, 3).Draw(t, "departures") {
			one := train(span(t, "in", -2*time.Minute, 8*time.Minute))
			one.AtPlatform, one.Cancelled = rapid.Bool().Draw(t, "standing"), rapid.Bool().Draw(t, "cancelled")
			list = append(list, one)
		}
		d := received(span(t, "age", 0, 6*time.Minute), list...)
		d.Period = rapid.SampledFrom([]time.Duration{30 * time.Second, 10 * time.Minute}).Draw(t, "period")
		d.Walk, d.Complete = span(t, "walk", 0, 3*time.Minute), rapid.Bool().Draw(t, "complete")
		waiting := noon.Mono.Add(-span(t, "waiting", 0, 6*time.Minute))
		if rapid.IntRange(0, 5).Draw(t, "received") == 0 {
			d.Received = 0
		}
		later := noon
		after := span(t, "after", 0, 6*time.Minute)
		later.Now, later.Mono = noon.Now.Add(after), noon.Mono.Add(after)

		was, until := d.Freshness(noon)
		if is, _ := d.Freshness(later); is != was && until.Holds(noon, later) {
			t.Errorf("after %v the departures are %s, not %s", after, is, was)
		}
		before, why, until := next(d, noon, 2, waiting)
		if now, whyNow, _ := next(d, later, 2, waiting); until.Holds(noon, later) && (whyNow != why || !same(now, before)) {
			t.Errorf("after %v the next are %v %s, not %v %s", after, now, whyNow, before, why)
		}
		for _, one := range list {
			could, until := d.Catchable(noon, one)
			if can, _ := d.Catchable(later, one); can != could && until.Holds(noon, later) {
				t.Errorf("after %v, whether %v can be caught is %v", after, one, can)
			}
			before, until := one.Wait(noon)
			if now, _ := one.Wait(later); before >= 0 && now >= 0 && now/time.Minute != before/time.Minute && until.Holds(noon, later) {
				t.Errorf("after %v the wait for %v is %v", after, one, now)
			}
		}
	})
}

func same(a, b []topics.Departure) bool {
	return slices.EqualFunc(a, b, func(a, b topics.Departure) bool { return a.When().Equal(b.When()) })
}

func TestNothingHoldsOnceTheClockIsSetBackOrSynchronized(t *testing.T) {
	unsynchronized, earlier := noon, noon
	unsynchronized.Synchronized = false
	earlier.Now = noon.Now.Add(-1)
	for _, now := range []topics.Moment{unsynchronized, earlier} {
		if (topics.Until{}).Holds(noon, now) {
			t.Errorf("an answer of %v holds at %v", noon, now)
		}
	}
}

func TestARunningDepartureHasAPlaceBesideCancelledOnes(t *testing.T) {
	first, second, runs := cancelled(train(5*time.Minute)), cancelled(train(15*time.Minute)), train(24*time.Minute)
	d := received(0, first, second, runs, train(30*time.Minute))
	for places, want := range map[int][]topics.Departure{
		0: {}, 1: {runs}, 2: {first, runs}, 3: {first, second, runs},
	} {
		if list, _, _ := next(d, noon, places, 0); !slices.EqualFunc(list, want, func(a, b topics.Departure) bool { return a.When().Equal(b.When()) && a.Cancelled == b.Cancelled }) {
			t.Errorf("on %d places there are %v, want %v", places, list, want)
		}
	}
	if list, _, _ := next(received(0, first, second), noon, 1, 0); len(list) != 1 || !list[0].Cancelled {
		t.Errorf("where nothing runs there is %v, want the first one that is cancelled", list)
	}
}

func TestTheLimitsFollowThePeriodOfTheSource(t *testing.T) {
	for _, test := range []struct {
		age       time.Duration
		freshness topics.Freshness
	}{
		{20 * time.Minute, topics.Fresh},
		{20*time.Minute + 1, topics.Old},
		{30 * time.Minute, topics.Old},
		{30*time.Minute + 1, topics.Stale},
	} {
		d := received(test.age, train(time.Hour))
		d.Period = 10 * time.Minute
		if freshness, _ := d.Freshness(noon); freshness != test.freshness {
			t.Errorf("at the age of %v they are %s, want %s", test.age, freshness, test.freshness)
		}
	}
}

func TestEstimatesAreUsedForFiveMinutes(t *testing.T) {
	late, early := train(20*time.Minute), train(12*time.Minute)
	late.Scheduled = noon.Now.Add(10 * time.Minute)
	for age, want := range map[time.Duration][]time.Duration{
		5 * time.Minute:   {12 * time.Minute, 20 * time.Minute},
		5*time.Minute + 1: {10 * time.Minute, 11 * time.Minute},
	} {
		d := received(age, early, late)
		d.Period = 10 * time.Minute
		list, _, _ := next(d, noon, 2, 0)
		for i, one := range list {
			if wait, _ := one.Wait(noon); wait != want[i] || one.Live() != (age == 5*time.Minute) {
				t.Errorf("at the age of %v departure %d is in %v (live: %v), want %v", age, i, wait, one.Live(), want[i])
			}
		}
	}
}

func TestWhatIsAheadIsOneRuleForPanelAndPage(t *testing.T) {
	standing := train(-20 * time.Second)
	standing.AtPlatform = true
	d := received(0, standing)
	list, _, _ := next(d, noon, 1, 0)
	told, err := json.Marshal(topics.JSON(d, noon))
	if len(list) != 1 || err != nil || !strings.Contains(string(told), `"at_platform":true`) {
		t.Errorf("a train at the platform: Next returns %v, JSON %s (%v)", list, told, err)
	}
}

func TestTheJSONHasNoDeparturesUntilTheClockIsSynchronized(t *testing.T) {
	unset := noon
	unset.Synchronized = false
	for at, want := range map[topics.Moment]string{noon: `"complete":true,"next":[{"leaves"`, unset: `"complete":false,"next":[]`} {
		d := received(0, train(time.Minute))
		d.Complete = true
		if told, err := json.Marshal(topics.JSON(d, at)); err != nil || !strings.Contains(string(told), want) {
			t.Errorf("synchronized: %v, it is %s (%v), want %s", at.Synchronized, told, err, want)
		}
	}
}

func TestAFilterThatMatchesNothingIsNotTheEndOfService(t *testing.T) {
	d := received(0)
	d.Complete, d.Mismatch = true, "routes 7 match nothing at this stop; there are 4"
	if _, why, _ := next(d, noon, 1, 0); why != topics.Mismatch {
		t.Errorf("the reason is %s", why)
	}
}

func TestATrainAtThePlatformIsThereForTwoMinutesAfterItsTime(t *testing.T) {
	for late, there := range map[time.Duration]bool{2 * time.Minute: true, 2*time.Minute + 1: false} {
		standing := train(-late)
		standing.AtPlatform = true
		if is, _ := received(0, standing).Ahead(noon, standing); is != there {
			t.Errorf("%v after its time it is there: %v", late, is)
		}
	}
}

func TestACancelledTrainAtThePlatformIsGoneAtItsTime(t *testing.T) {
	for late, there := range map[time.Duration]bool{0: true, 1: false} {
		standing := cancelled(train(time.Minute - late)) // a cancelled run goes by its schedule
		standing.AtPlatform = true
		if is, _ := received(0, standing).Ahead(noon, standing); is != there {
			t.Errorf("%v after its time it is there: %v", late, is)
		}
	}
}

func TestTheJSONHasEightDeparturesAndNoEstimateThatIsTooOld(t *testing.T) {
	var list []topics.Departure
	for i := range 9 {
		list = append(list, train(time.Duration(20+i)*time.Minute))
	}
	for age, live := range map[time.Duration]bool{5 * time.Minute: true, 5*time.Minute + 1: false} {
		d := received(age, list...)
		d.Complete = true
		told, err := json.Marshal(topics.JSON(d, noon))
		if got := strings.Count(string(told), `"leaves"`); err != nil || got != 8 || !strings.Contains(string(told), `"complete":false`) {
			t.Errorf("of nine that are all, %d in %s (%v)", got, told, err)
		}
		if strings.Contains(string(told), `"live":true`) != live {
			t.Errorf("at the age of %v: %s", age, told)
		}
	}
}
