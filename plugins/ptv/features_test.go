package ptv_test

import (
	"testing"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/topics"
)

func TestAllPropertiesOfDeparturesArePublished(t *testing.T) {
	fx := newFixture(t)
	seen := map[string]bool{}
	fx.Run(func(t *plugins.Task) error {
		trains, departures := fx.trains(t, config())
		for range 8 {
			if err := t.Sleep(15 * time.Second); err != nil {
				return err
			}
			for _, d := range departures().List {
				for feature, shown := range features(d) {
					seen[feature] = seen[feature] || shown
				}
			}
		}
		return trains.Stop(t)
	})
	for feature := range features(topics.Departure{}) {
		if !seen[feature] {
			t.Errorf("no departure in two minutes was %s", feature)
		}
	}
}

func features(d topics.Departure) map[string]bool {
	return map[string]bool{
		"express":                    d.Express && d.Route == "Pakenham",
		"cancelled":                  d.Cancelled,
		"cancelled with an estimate": d.Cancelled && !d.Estimated.IsZero(),
		"replaced by bus":            d.ReplacedByBus && d.Estimated.IsZero(),
		"at the platform":            d.AtPlatform,
		"late":                       d.When().After(d.Scheduled),
		"disrupted":                  len(d.Disruptions) > 0,
		"ending early":               d.Headsign == "Dandenong" && d.Direction == "Pakenham",
		"towards the city":           d.Direction == "City (Flinders Street)" && d.Platform == "1",
	}
}
