package topics_test

import (
	"testing"
	"time"

	"ptvd/plugins/topics"
)

func TestWhichDeparturesAFilterWants(t *testing.T) {
	tram := topics.Departure{
		Scheduled: moment.Now.Add(5 * time.Minute), RouteID: "4", DirectionID: "1", Number: "9",
		Headsign: "Sídliště Řepy", Destination: "Depo", Platform: "B",
	}
	train := topics.Departure{Route: "Cranbourne", RouteID: "11", DirectionID: "2"}
	bus := topics.Departure{Route: "Cranbourne", ReplacedByBus: true}
	for name, c := range map[string]struct {
		filter  topics.Filter
		of      topics.Departure
		wanted  bool
		certain bool
	}{
		"an empty filter":               {topics.Filter{}, train, true, true},
		"a route":                       {topics.Filter{Routes: []string{"3", "4"}}, tram, true, true},
		"another route":                 {topics.Filter{Routes: []string{"3"}}, tram, false, true},
		"a direction":                   {topics.Filter{Directions: []string{"1"}}, tram, true, true},
		"another direction":             {topics.Filter{Directions: []string{"1"}}, train, false, true},
		"a direction that is not known": {topics.Filter{Directions: []string{"1"}}, bus, false, false},
		"a route that is not, of an unknown direction": {topics.Filter{Directions: []string{"1"}, Signs: topics.Signs{Lines: []string{"9"}}}, bus, false, true},
		"a number":                              {topics.Filter{Signs: topics.Signs{Lines: []string{"9"}}}, tram, true, true},
		"a longer number":                       {topics.Filter{Signs: topics.Signs{Lines: []string{"90"}}}, tram, false, true},
		"the name of a line without a number":   {topics.Filter{Signs: topics.Signs{Lines: []string{"cranbourne"}}}, train, true, true},
		"a platform in lower case":              {topics.Filter{Signs: topics.Signs{Platforms: []string{"b"}}}, tram, true, true},
		"another platform":                      {topics.Filter{Signs: topics.Signs{Platforms: []string{"A"}}}, tram, false, true},
		"a platform that is not known":          {topics.Filter{Signs: topics.Signs{Platforms: []string{"1"}}}, train, false, false},
		"a bus instead of a train, by platform": {topics.Filter{Signs: topics.Signs{Platforms: []string{"1"}}}, bus, true, true},
		"towards, without accents":              {topics.Filter{Signs: topics.Signs{Towards: []string{"repy"}}}, tram, true, true},
		"towards, in capitals":                  {topics.Filter{Signs: topics.Signs{Towards: []string{"x", "ŘEPY"}}}, tram, true, true},
		"towards, the beginning":                {topics.Filter{Signs: topics.Signs{Towards: []string{"sidliste"}}}, tram, true, true},
		"towards the destination":               {topics.Filter{Signs: topics.Signs{Towards: []string{"depo"}}}, tram, true, true},
		"towards something else":                {topics.Filter{Signs: topics.Signs{Towards: []string{"anděl"}}}, tram, false, true},
		"two options, of which one does":        {topics.Filter{Routes: []string{"4"}, Directions: []string{"2"}}, tram, false, true},
	} {
		got, certain := c.filter.Apply([]topics.Departure{c.of})
		if len(got) == 1 != c.wanted || certain != c.certain {
			t.Errorf("%s: wanted %v, certain %v", name, len(got) == 1, certain)
		}
	}
}

func TestAFilterThatNamesNothingThatOccursSaysWhatDoes(t *testing.T) {
	ids := topics.IDs([]topics.Departure{
		{DirectionID: "10", Number: "9a", Platform: "12"}, {DirectionID: "2", Number: "9a", Platform: "3", Headsign: "City"}, {DirectionID: "10"},
	})
	for want, filter := range map[string]topics.Filter{
		"": {Directions: []string{"7", "2"}, Signs: topics.Signs{Lines: []string{"9A"}, Towards: []string{"cit"}}},
		"directions 7, 8 match nothing at this stop; there are 2, 10": {Directions: []string{"7", "8"}},
		"platforms 1 match nothing at this stop; there are 3, 12":     {Signs: topics.Signs{Lines: []string{"9A"}, Platforms: []string{"1"}}},
		"routes 1 match nothing at this stop; none is known":          {Routes: []string{"1"}},
		"towards Depo match nothing at this stop; there are City":     {Signs: topics.Signs{Towards: []string{"Depo"}}},
	} {
		if got := filter.Unmatched(ids); got != want {
			t.Errorf("%+v: %q, want %q", filter, got, want)
		}
	}
}
