package fakeserver

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// departures answers /v3/departures. As in the real service, max_results counts
// for each direction and real time comes only with it, and nothing is expanded
// that was not asked for.
func (p *PTV) departures(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	most, _ := strconv.Atoi(query.Get("max_results"))
	reply := departuresJSON{
		Departures: []departureJSON{}, Stops: map[string]stopJSON{}, Routes: map[string]routeJSON{}, Runs: map[string]runJSON{},
		Directions: map[string]directionJSON{}, Disruptions: map[string]disruptionJSON{}, Status: healthy,
	}
	inDirection := map[int]int{}
	for _, t := range p.tripsFor(r) {
		if most > 0 && inDirection[t.line.direction.id] == most {
			continue
		}
		inDirection[t.line.direction.id]++
		reply.Departures = append(reply.Departures, t.departure(most > 0))
		reply.expand(t, query["expand"])
	}
	answer(w, http.StatusOK, reply)
}

// tripsFor returns the trips that a request asks for, in the timetable's order.
func (p *PTV) tripsFor(r *http.Request) (trips []trip) {
	query, now := r.URL.Query(), p.now().UTC()
	for i := range ptvLines {
		l := &ptvLines[i]
		if !is(r.PathValue("type"), l.stop.routeType) || !is(r.PathValue("stop"), l.stop.id) ||
			r.PathValue("route") != "" && !is(r.PathValue("route"), l.route.id) ||
			query.Has("direction_id") && !is(query.Get("direction_id"), l.direction.id) ||
			query.Has("platform_numbers") && !slices.Contains(query["platform_numbers"], l.platform) {
			continue
		}
		trips = append(trips, l.trips(now)...)
	}
	p.strike(trips)
	trips = slices.DeleteFunc(trips, func(t trip) bool {
		return t.cancelled() && query.Get("include_cancelled") != "true"
	})
	slices.SortStableFunc(trips, func(a, b trip) int {
		return cmp.Or(a.scheduled.Compare(b.scheduled), a.line.route.id-b.line.route.id)
	})
	return trips
}

func is(word string, id int) bool { return word == strconv.Itoa(id) }

func (t trip) departure(withRealTime bool) departureJSON {
	d := departureJSON{
		StopID: t.line.stop.id, RouteID: t.line.route.id, RunID: t.runID(), RunRef: t.runRef(),
		DirectionID: t.line.direction.id, Disruptions: []int{}, Scheduled: t.scheduled.Format(time.RFC3339),
	}
	if t.disturbed() {
		d.Disruptions = append(d.Disruptions, worksID)
	}
	if t.line.byBus {
		d.Flags = "RRB-RUN_" + strconv.FormatInt(t.n%1000, 10)
	}
	if withRealTime && t.tracked() {
		estimate := t.estimate().Format(time.RFC3339)
		d.Estimated, d.AtPlatform = &estimate, t.atPlatform()
		if t.line.platform != "" {
			d.Platform = &t.line.platform
		}
	}
	return d
}

func (t trip) disturbed() bool { return t.line.direction == toPakenham }

// runID is -1 where the reference is not a number.
func (t trip) runID() int {
	if id, err := strconv.Atoi(t.runRef()); err == nil {
		return id
	}
	return -1
}

// expand fills in what a trip refers to.
func (d *departuresJSON) expand(t trip, what []string) {
	l := t.line
	wanted := func(kind string) bool { return slices.Contains(what, kind) || slices.Contains(what, "All") }
	if wanted("Stop") {
		d.Stops[strconv.Itoa(l.stop.id)] = l.stop.json()
	}
	if wanted("Route") {
		d.Routes[strconv.Itoa(l.route.id)] = l.route.json()
	}
	if wanted("Direction") {
		d.Directions[strconv.Itoa(l.direction.id)] = directionJSON{l.direction.id, l.direction.name, l.route.id, l.route.routeType}
	}
	if wanted("Run") {
		run := runJSON{
			ID: t.runID(), Ref: t.runRef(), RouteID: l.route.id, RouteType: l.route.routeType, FinalStop: l.finalStop,
			Destination: t.destination(), Status: "scheduled", DirectionID: l.direction.id, ExpressStops: t.expressStops(),
		}
		if t.cancelled() {
			run.Status = "cancelled"
		}
		d.Runs[run.Ref] = run
	}
	if wanted("Disruption") && t.disturbed() {
		d.Disruptions[strconv.Itoa(worksID)] = disruptionJSON{
			ID: worksID, Title: worksTitle, Status: "Current", From: t.now.Add(-72 * time.Hour).Format(time.RFC3339),
		}
	}
}
