package topics

import (
	"iter"
	"time"

	"ptvd/internal/scheduler"
)

// departuresJSON is the documented form of Departures:
//
//	{"stop": "Huntingdale Station", "freshness": "fresh", "period_s": 30,
//	 "problem": "HTTP 503", "complete": false,
//	 "next": [{"leaves": "2026-11-19T07:58:00+11:00", "in_s": 360, "late_s": 60,
//	   "live": true, "headsign": "City", "route": "Cranbourne", "platform": "1",
//	   "cancelled": false, "bus": false, "at_platform": false,
//	   "out_of_reach": false, "disruptions": 0}],
//	 "attribution": "Data: Example Transit, https://creativecommons.org/licenses/by/4.0/"}
//
// "next" has the services that have not left, eight at the most.
type departuresJSON struct {
	Stop      string          `json:"stop"`
	Freshness Freshness       `json:"freshness"`
	Period    float64         `json:"period_s"`
	Problem   string          `json:"problem,omitempty"` // why no reply comes
	Complete  bool            `json:"complete"`          // nothing is known to leave after the last of them
	Next      []departureJSON `json:"next"`

	Attribution string `json:"attribution,omitempty"`
}

type departureJSON struct {
	Leaves      time.Time `json:"leaves"` // the best known time
	In          float64   `json:"in_s"`
	Late        float64   `json:"late_s"` // estimated against scheduled; 0 without an estimate
	Live        bool      `json:"live"`   // there is an estimate
	Headsign    string    `json:"headsign"`
	Route       string    `json:"route"`
	Platform    string    `json:"platform,omitempty"`
	Cancelled   bool      `json:"cancelled,omitempty"`
	Bus         bool      `json:"bus,omitempty"` // instead of a train
	AtPlatform  bool      `json:"at_platform,omitempty"`
	OutOfReach  bool      `json:"out_of_reach,omitempty"` // leaves within the walk
	Disruptions int       `json:"disruptions,omitempty"`
}

const maxNext = 8 // that the JSON form lists

// PayloadType returns "departures".
func (Departures) PayloadType() string { return "departures" }

// Since returns when the newest reply arrived.
func (d Departures) Since() scheduler.Instant { return d.Received }

// Figures returns departures_age_seconds, once there is a reply.
func (d Departures) Figures(m Moment) iter.Seq2[string, float64] {
	return func(yield func(string, float64) bool) {
		if d.Received != 0 {
			yield("departures_age_seconds", m.Mono.Sub(d.Received).Seconds())
		}
	}
}

// JSONAt returns the documented form.
func (d Departures) JSONAt(m Moment) any {
	freshness, _ := d.Freshness(m)
	all := departuresJSON{
		Stop: d.Stop, Freshness: freshness, Period: d.Period.Seconds(), Problem: d.Problem,
		Complete: d.Complete, Next: []departureJSON{}, Attribution: d.Attribution,
	}
	for _, departure := range d.List {
		switch in := departure.When().Sub(m.Now); {
		case in < 0:
		case len(all.Next) == maxNext:
			all.Complete = false
		default:
			all.Next = append(all.Next, departure.json(m.Now.Location(), in, d.Walk))
		}
	}
	return all
}

func (d Departure) json(zone *time.Location, in, walk time.Duration) departureJSON {
	s := departureJSON{
		Leaves: d.When().In(zone), In: in.Seconds(), Live: !d.Estimated.IsZero(),
		Headsign: d.Headsign, Route: d.Route, Platform: d.Platform, Cancelled: d.Cancelled,
		Bus: d.ReplacedByBus, AtPlatform: d.AtPlatform, OutOfReach: in < walk, Disruptions: len(d.Disruptions),
	}
	if s.Live {
		s.Late = d.Estimated.Sub(d.Scheduled).Seconds()
	}
	return s
}
