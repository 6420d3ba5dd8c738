package fakeserver

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// departures answers /v3/departures. As in the real API, max_results applies to each
// direction, only replies with max_results contain real-time data, and only what the
// request names is expanded.
func (p *PTV) departures(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	limit, _ := strconv.Atoi(query.Get("max_results"))
	reply := departuresJSON{
		Departures: []departureJSON{}, Stops: map[string]stopJSON{}, Routes: map[string]routeJSON{}, Runs: map[string]runJSON{},
		Directions: map[string]directionJSON{}, Disruptions: map[string]disruptionJSON{}, Status: healthy,
	}
	inDirection := map[int]int{}
	for _, t := range p.tripsFor(r) {
		if limit > 0 && inDirection[t.line.direction.id] == limit {
			continue
		}
		inDirection[t.line.direction.id]++
		reply.Departures = append(reply.Departures, t.departure(limit > 0))
		reply.expand(t, query["expand"])
	}
	writeJSON(w, http.StatusOK, reply)
}

// tripsFor returns the trips that match a request, in the order of the timetable.
func (p *PTV) tripsFor(r *http.Request) (trips []trip) {
	query, now := r.URL.Query(), p.now().UTC()
	for i := range ptvLines {
		l := &ptvLines[i]
		if !equals(r.PathValue("type"), l.stop.routeType) || !equals(r.PathValue("stop"), l.stop.id) ||
			r.PathValue("route") != "" && !equals(r.PathValue("route"), l.route.id) ||
			query.Has("direction_id") && !equals(query.Get("direction_id"), l.direction.id) ||
			query.Has("platform_numbers") && !slices.Contains(query["platform_numbers"], l.platform) {
			continue
		}
		trips = append(trips, l.trips(now)...)
	}
	p.markCancelled(trips)
	trips = slices.DeleteFunc(trips, func(t trip) bool {
		return t.cancelled() && query.Get("include_cancelled") != "true"
	})
	slices.SortStableFunc(trips, func(a, b trip) int {
		return cmp.Or(a.scheduled.Compare(b.scheduled), a.line.route.id-b.line.route.id)
	})
	return trips
}

func equals(word string, id int) bool { return word == strconv.Itoa(id) }

func (t trip) departure(withRealTime bool) departureJSON {
	d := departureJSON{
		StopID: t.line.stop.id, RouteID: t.line.route.id, RunID: t.runID(), RunRef: t.runRef(),
		DirectionID: t.line.direction.id, Disruptions: []int{}, Scheduled: t.scheduled.Format(time.RFC3339),
	}
	if t.disrupted() {
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

func (t trip) disrupted() bool { return t.line.direction == toPakenham }

// runID returns -1 if the reference is not a number.
func (t trip) runID() int {
	if id, err := strconv.Atoi(t.runRef()); err == nil {
		return id
	}
	return -1
}

// expand adds the objects that a trip refers to, of the kinds in the request.
func (d *departuresJSON) expand(t trip, kinds []string) {
	l := t.line
	wanted := func(kind string) bool { return slices.Contains(kinds, kind) || slices.Contains(kinds, "All") }
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
	if wanted("Disruption") && t.disrupted() {
		d.Disruptions[strconv.Itoa(worksID)] = disruptionJSON{
			ID: worksID, Title: worksTitle, Status: "Current", From: t.now.Add(-72 * time.Hour).Format(time.RFC3339),
		}
	}
}

// search answers /v3/search: the stops whose name or suburb contains the term.
func (p *PTV) search(w http.ResponseWriter, r *http.Request) {
	term, err := url.PathUnescape(r.PathValue("term")) // clients escape the term twice
	if err != nil {
		writeError(w, http.StatusBadRequest, "Bad Request (400): The search term is not valid.")
		return
	}
	found := []stopJSON{}
	for _, stop := range ptvStops {
		if !strings.Contains(strings.ToLower(stop.name+"\n"+stop.suburb), strings.ToLower(term)) {
			continue
		}
		s := stop.json()
		for i := range ptvLines {
			route := ptvLines[i].route.json()
			if ptvLines[i].stop == stop && !slices.Contains(s.Routes, route) {
				s.Routes = append(s.Routes, route)
			}
		}
		found = append(found, s)
	}
	writeJSON(w, http.StatusOK, map[string]any{"stops": found, "routes": []any{}, "outlets": []any{}, "status": healthy})
}

// directions answers /v3/directions/route.
func (p *PTV) directions(w http.ResponseWriter, r *http.Request) {
	found := []directionJSON{}
	for i := range ptvLines {
		l := &ptvLines[i]
		direction := directionJSON{l.direction.id, l.direction.name, l.route.id, l.route.routeType}
		if equals(r.PathValue("route"), l.route.id) && !slices.Contains(found, direction) {
			found = append(found, direction)
		}
	}
	writeJSON(w, http.StatusOK, map[string]any{"directions": found, "status": healthy})
}
