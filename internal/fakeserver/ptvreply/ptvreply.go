// Package ptvreply writes replies of the PTV Timetable API, for tests.
package ptvreply

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// Service is a departure in a reply: a train to Destination that is tracked, unless it
// says something else.
type Service struct {
	In, Late    int    // minutes from the time of the reply to the scheduled departure, and to the estimate from there
	Run         string // empty: each service has a run of its own
	Route       int    // 99 is the City Circle, which replies have no route for
	RouteName   string // empty: Route
	Number      string
	Destination string
	Final       int // the stop where the run ends
	Flags       string
	Platform    string
	Sequence    int
	Cancelled   bool
	AtPlatform  bool
	NoEstimate  bool
}

// New returns a reply with services at stop 7, Hill Top, made at a time.
func New(at time.Time, services ...Service) string {
	type object map[string]any
	departures, routes, runs := []object{}, object{}, object{}
	for i, s := range services {
		scheduled := at.Add(time.Duration(s.In) * time.Minute)
		run := cmp.Or(s.Run, fmt.Sprint("run", i))
		d := object{
			"stop_id": 7, "route_id": s.Route, "run_ref": run, "direction_id": 1, "flags": s.Flags,
			"at_platform": s.AtPlatform, "scheduled_departure_utc": scheduled.UTC().Format(time.RFC3339), "departure_sequence": s.Sequence,
		}
		if !s.NoEstimate {
			d["estimated_departure_utc"] = scheduled.Add(time.Duration(s.Late) * time.Minute).UTC().Format(time.RFC3339)
		}
		if s.Platform != "" {
			d["platform_number"] = s.Platform
		}
		departures = append(departures, d)
		status := "scheduled"
		if s.Cancelled {
			status = "cancelled"
		}
		runs[run] = object{"run_ref": run, "destination_name": s.Destination, "final_stop_id": s.Final, "status": status}
		if s.Route != cityCircle {
			routes[strconv.Itoa(s.Route)] = object{"route_id": s.Route, "route_name": cmp.Or(s.RouteName, "Route"), "route_number": s.Number}
		}
	}
	text, err := json.Marshal(object{
		"departures": departures, "routes": routes, "runs": runs,
		"stops":      object{"7": object{"stop_id": 7, "stop_name": "Hill Top"}},
		"directions": object{"1": object{"direction_id": 1, "direction_name": "Down"}},
		"status":     object{"version": "3.0", "health": 1},
	})
	if err != nil {
		panic("ptvreply: " + err.Error())
	}
	return string(text)
}

const cityCircle = 99
