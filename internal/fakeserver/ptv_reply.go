package fakeserver

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// PTVService is a departure in a reply that a test writes: a train to Destination
// that is tracked, unless it says something else.
type PTVService struct {
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

// PTVReply returns a reply with services at stop 7, Hill Top, made at a time.
func PTVReply(at time.Time, services ...PTVService) string {
	reply := departuresJSON{
		Departures: []departureJSON{}, Routes: map[string]routeJSON{}, Runs: map[string]runJSON{}, Status: healthy,
		Stops: map[string]stopJSON{"7": {ID: 7, Name: "Hill Top"}}, Directions: map[string]directionJSON{"1": {ID: 1, Name: "Down"}},
	}
	for i, s := range services {
		scheduled := at.Add(time.Duration(s.In) * time.Minute)
		d := departureJSON{
			StopID: 7, RouteID: s.Route, RunRef: cmp.Or(s.Run, fmt.Sprint("run", i)), DirectionID: 1, Flags: s.Flags,
			AtPlatform: s.AtPlatform, Scheduled: scheduled.UTC().Format(time.RFC3339), Sequence: s.Sequence,
		}
		if !s.NoEstimate {
			estimated := scheduled.Add(time.Duration(s.Late) * time.Minute).UTC().Format(time.RFC3339)
			d.Estimated = &estimated
		}
		if s.Platform != "" {
			d.Platform = &s.Platform
		}
		run := runJSON{Ref: d.RunRef, Destination: s.Destination, FinalStop: s.Final, Status: "scheduled"}
		if s.Cancelled {
			run.Status = "cancelled"
		}
		reply.Departures, reply.Runs[d.RunRef] = append(reply.Departures, d), run
		if s.Route != cityCircle {
			reply.Routes[strconv.Itoa(s.Route)] = routeJSON{ID: s.Route, Name: cmp.Or(s.RouteName, "Route"), Number: s.Number}
		}
	}
	text, err := json.Marshal(reply)
	if err != nil {
		panic("fakeserver: " + err.Error())
	}
	return string(text)
}

const cityCircle = 99
