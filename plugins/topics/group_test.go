package topics_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"ptvd/plugins/topics"
)

// at returns departures of a stop that were received some time before noon, and are all
// that there are.
func at(stop string, age time.Duration, list ...topics.Departure) topics.Departures {
	d := received(age, list...)
	d.Stop, d.Complete = stop, true
	return d
}

// named returns a departure with a line and a destination.
func named(d topics.Departure, line, to string) topics.Departure {
	d.Number, d.Destination, d.Run = line, to, line+to
	return d
}

// spelled writes what a group shows: the stops and the minutes, or why there are none.
func spelled(g topics.Group, n int) string {
	list, why, _ := g.Next(noon, n, 0)
	parts := []string{string(why)}
	for _, o := range list {
		parts = append(parts, o.At.Stop+" "+o.When().Sub(noon.Now).String())
	}
	return strings.TrimSpace(strings.Join(parts, ", "))
}

func TestSeveralStopsAreOneSortedListEachWithItsOwnWalkAndAge(t *testing.T) {
	trains := at("Hill", 0, train(4*time.Minute), train(9*time.Minute))
	trains.Walk = 5 * time.Minute
	trams := at("Lake", 6*time.Minute, train(2*time.Minute), train(12*time.Minute))
	trams.Period = 10 * time.Minute // so that six minutes are fresh, but their estimates are not
	want := ", Lake 1m0s, Hill 9m0s, Lake 11m0s"
	if got := spelled(topics.Group{trains, trams}, 4); got != want {
		t.Errorf("shown: %q, want %q", got, want)
	}
	list, _, _ := topics.Group{trains, trams}.Next(noon, 2, 0)
	if leave := list[1].At.LeaveBy(list[1].Departure).Sub(noon.Now); leave != 4*time.Minute {
		t.Errorf("leave in %v, want 4 minutes: the walk is that of its own stop", leave)
	}
	if got := spelled(topics.Group{trains, trams}, 1); got != ", Lake 1m0s" {
		t.Errorf("of one place: %q", got)
	}
}

func TestNothingElseLeavesOnlyWhereEachSourceSaysSo(t *testing.T) {
	none, missed := at("A", 0), at("A", 0, train(4*time.Minute))
	missed.Walk = 5 * time.Minute
	later, mismatch, problem := none, none, topics.Departures{Problem: "HTTP 503"}
	later.Complete, mismatch.Mismatch = false, "x"
	for _, c := range []struct {
		a, b topics.Departures
		why  topics.Absence
	}{
		{none, none, topics.NoneLeft},
		{none, missed, topics.Missed},
		{missed, later, topics.Later},
		{none, later, topics.Later},
		{later, mismatch, topics.Mismatch},
		{none, at("A", time.Hour), topics.OldData},
		{none, problem, topics.NoData},
		{none, topics.Departures{}, topics.NoData}, // for longer than five minutes
	} {
		for _, g := range []topics.Group{{c.a, c.b}, {c.b, c.a}} {
			if _, why, _ := g.Next(noon, 2, 0); why != c.why {
				t.Errorf("%q, want %q, of %+v", why, c.why, g)
			}
		}
	}
	if _, why, until := (topics.Group{none, {}}).Next(noon, 2, tenHours.Add(-time.Minute)); why != topics.Loading || until.Holds(noon, noon) == false {
		t.Errorf("%q while one is waited for, %+v", why, until)
	}
}

func TestASourceWithoutDataTakesNothingFromAnotherAndTheAgeIsTheOldest(t *testing.T) {
	fresh := at("Hill", 0, train(4*time.Minute))
	for freshness, other := range map[topics.Freshness]topics.Departures{
		topics.Fresh: at("Lake", 0), topics.Old: at("Lake", 2*time.Minute), topics.Stale: at("Lake", time.Hour, train(time.Minute)), topics.None: {},
	} {
		g := topics.Group{fresh, other}
		if got, _ := g.Freshness(noon); got != freshness {
			t.Errorf("beside one that is %s the page is %s", freshness, got)
		}
		if got := spelled(g, 2); got != ", Hill 4m0s" {
			t.Errorf("beside one that is %s there is %q", freshness, got)
		}
	}
	_, until := topics.Group{fresh, at("Lake", 50*time.Second)}.Freshness(noon)
	if want := tenHours.Add(10*time.Second) + 1; until.Mono != want {
		t.Errorf("true until %v, want %v: then the second one is old", until.Mono, want)
	}
}

func TestAVehicleOfTwoSourcesCountsOnce(t *testing.T) {
	first := named(train(4*time.Minute), "9", "Řepy")
	byTimetable := func(d topics.Departure) topics.Departure { d.Estimated = time.Time{}; return d }
	later := first
	later.Estimated = later.Estimated.Add(5 * time.Minute)
	byBus := func(d topics.Departure) topics.Departure { d.Mode = "bus"; return d }
	unnumbered := func(route, to string) topics.Departure { d := named(first, "", to); d.Route = route; return d }
	for name, c := range map[string]struct {
		stop       string
		one, other topics.Departure
		want       []string
	}{
		"the same":                         {"Anděl", first, first, []string{"4m0s"}},
		"without accents, with more words": {"Andel, Praha 5", first, named(first, "9", "REPY depot"), []string{"4m0s"}},
		"lines that have names":            {"Anděl", unnumbered("Cranbourne", "City"), unnumbered("Cranbourne Line", "City"), []string{"4m0s"}},
		"live in one only":                 {"Anděl", byTimetable(first), first, []string{"4m0s"}},
		"with two estimates":               {"Anděl", first, later, []string{"4m0s"}},
		"cancelled, live in the other":     {"Anděl", cancelled(first), first, []string{"4m0s"}},
		"cancelled, not live in the other": {"Anděl", cancelled(first), byTimetable(first), []string{"✗"}},
		"a train, and a bus for another":   {"Anděl", first, byBus(first), []string{"4m0s", "4m0s"}},
		"another line":                     {"Anděl", first, named(first, "90", "Řepy"), []string{"4m0s", "4m0s"}},
		"another destination":              {"Anděl", first, named(first, "9", "Řep"), []string{"4m0s", "4m0s"}},
		"another minute":                   {"Anděl", first, named(train(5*time.Minute), "9", "Řepy"), []string{"4m0s", "5m0s"}},
		"another stop":                     {"Anděl Na Knížecí", first, first, []string{"4m0s"}},
		"another stop, with another name":  {"Arbesovo náměstí", first, first, []string{"4m0s", "4m0s"}},
		"a stop whose name is not known":   {"", first, first, []string{"4m0s", "4m0s"}},
	} {
		for _, g := range []topics.Group{{at("Anděl", 0, c.one), at(c.stop, 0, c.other)}, {at(c.stop, 0, c.other), at("Anděl", 0, c.one)}} {
			var got []string
			list, _, _ := g.Next(noon, 4, 0)
			for _, o := range list {
				if got = append(got, o.When().Sub(noon.Now).String()); o.Cancelled {
					got[len(got)-1] = "✗"
				}
			}
			if name == "with two estimates" && len(got) == 1 {
				continue // either is as good
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%s: %v, want %v", name, got, c.want)
			}
		}
	}
}

func TestAPageNarrowsWhatItShows(t *testing.T) {
	to := func(in time.Duration, direction string) topics.Departure {
		d := train(in)
		d.DirectionID, d.RouteID = direction, "4"
		return d
	}
	trains := at("Hill", 0, to(4*time.Minute, "1"), to(6*time.Minute, "2"), to(9*time.Minute, "1"))
	trains.IDs = topics.IDs(trains.List)
	trams := at("Lake", 0, to(5*time.Minute, "7"))
	trams.IDs = topics.IDs(trams.List)
	unknown := at("Hill", 0, train(4*time.Minute))
	unknown.IDs = trains.IDs
	gone := at("Hill", 0)
	gone.IDs = trains.IDs
	for _, c := range []struct {
		g      topics.Group
		filter topics.Filter
		want   string
	}{
		{topics.Group{trains}, topics.Filter{}, ", Hill 4m0s, Hill 6m0s, Hill 9m0s"},
		{topics.Group{trains}, topics.Filter{Directions: []string{"1"}}, ", Hill 4m0s, Hill 9m0s"},
		{topics.Group{trains}, topics.Filter{Directions: []string{"3"}}, "mismatch"},
		{topics.Group{trains}, topics.Filter{Directions: []string{"1"}, Routes: []string{"5"}}, "mismatch"},
		{topics.Group{gone}, topics.Filter{Directions: []string{"1"}}, "none_left"},
		{topics.Group{gone}, topics.Filter{Directions: []string{"3"}}, "mismatch"},
		{topics.Group{at("Hill", 0)}, topics.Filter{Directions: []string{"3"}}, "none_left"}, // nothing leaves that could have an ID
		{topics.Group{unknown}, topics.Filter{Directions: []string{"1"}}, "later"},
		{topics.Group{trains, trams}, topics.Filter{Directions: []string{"7"}}, ", Lake 5m0s"},
		{topics.Group{gone, trams}, topics.Filter{Directions: []string{"1"}}, "none_left"},
		{topics.Group{trains, trams}, topics.Filter{Directions: []string{"8"}}, "mismatch"},
		{topics.Group{trains, {}}, topics.Filter{Directions: []string{"8"}}, "no_data"},
	} {
		g := c.g.Narrow(c.filter)
		if got := spelled(g, 4); got != c.want {
			t.Errorf("%+v: %q, want %q", c.filter, got, c.want)
		}
		if mismatch := g.Mismatch(); mismatch != "" != (c.want == "mismatch") {
			t.Errorf("%+v: %q", c.filter, mismatch)
		}
	}
	if len(trains.List) != 3 || trains.Mismatch != "" {
		t.Errorf("a published value was changed: %+v", trains)
	}
}

func TestAStandInReplacesNoDataAndOldDataAndNothingElse(t *testing.T) {
	standIn := topics.Group{at("Hill", 0, train(4*time.Minute))}
	seldom := at("Hill", 14*time.Minute)
	seldom.Period = 5 * time.Minute
	failing := at("Hill", 0)
	failing.Problem = "no network"
	for name, c := range map[string]struct {
		first, standIn topics.Group
		waited         time.Duration
		want           bool
	}{
		"the first is fresh":                       {topics.Group{at("Hill", 0)}, standIn, time.Hour, false},
		"it is old":                                {topics.Group{at("Hill", 5*time.Minute)}, standIn, time.Hour, false},
		"it is older than its limit":               {topics.Group{at("Hill", 5*time.Minute+1)}, standIn, time.Hour, true},
		"it asks seldom, and is not":               {topics.Group{seldom}, standIn, time.Hour, false},
		"it is waited for":                         {topics.Group{{}}, standIn, 5 * time.Minute, false},
		"it was waited for long enough":            {topics.Group{{}}, standIn, 5*time.Minute + 1, true},
		"it has begun to ask a minute ago":         {topics.Group{{Began: tenHours.Add(-time.Minute)}}, standIn, time.Hour, false},
		"its first requests have failed":           {topics.Group{{Problem: "no network", Began: tenHours}}, standIn, 0, true},
		"requests fail, and its data are fresh":    {topics.Group{failing}, standIn, time.Hour, false},
		"one fails, and another is waited for":     {topics.Group{{Problem: "no network"}, {}}, standIn, 0, false},
		"one of two is left":                       {topics.Group{at("Hill", time.Hour), at("Lake", 0)}, standIn, time.Hour, false},
		"none of two is left":                      {topics.Group{at("Hill", time.Hour), {}}, standIn, time.Hour, true},
		"the stand-in has no data, either":         {topics.Group{at("Hill", time.Hour)}, topics.Group{{}}, time.Hour, false},
		"the stand-in is stale, too":               {topics.Group{at("Hill", time.Hour)}, topics.Group{at("Hill", time.Hour)}, time.Hour, false},
		"the stand-in is old, which is still data": {topics.Group{at("Hill", time.Hour)}, topics.Group{at("Hill", 2*time.Minute)}, time.Hour, true},
		"there is none":                            {topics.Group{at("Hill", time.Hour)}, nil, time.Hour, false},
	} {
		if _, got, _ := c.first.Or(noon, c.standIn, tenHours.Add(-c.waited)); got != c.want {
			t.Errorf("%s: shown: %v", name, got)
		}
	}
	g := topics.Group{at("Hill", 4*time.Minute)}
	_, _, until := g.Or(noon, standIn, 0)
	later := noon
	later.Mono = tenHours.Add(time.Minute) + 1
	if _, isStandIn, _ := g.Or(later, standIn, 0); !isStandIn || until.Holds(noon, later) {
		t.Errorf("the answer changes at %v, and is said to hold until %v", later.Mono, until.Mono)
	}
}

func TestStopsDifferByTheirNames(t *testing.T) {
	for want, g := range map[bool]topics.Group{
		false: {{}, at("Huntingdale", 0), at("Huntingdale Station", 0), {}}, true: {at("Huntingdale", 0), at("North Rd", 0)},
	} {
		if g.Differ() != want {
			t.Errorf("%+v differ: %v", g, !want)
		}
	}
}
