package fakeserver

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// object is a JSON object of a reply, with the fields that ptvd reads and a few more.
type object map[string]any

// departures answers /v3/departures. As in the real API, max_results applies to each
// direction, only replies with max_results contain real-time data, and only what the
// request names is expanded.
func (p *PTV) departures(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	limit, _ := strconv.Atoi(query.Get("max_results"))
	departures, expanded := []object{}, map[string]object{}
	for _, kind := range []string{"stops", "routes", "runs", "directions", "disruptions"} {
		expanded[kind] = object{}
	}
	inDirection := map[int]int{}
	for _, t := range p.tripsFor(r) {
		if limit > 0 && inDirection[t.line.direction.ID] == limit {
			continue
		}
		inDirection[t.line.direction.ID]++
		departures = append(departures, t.departure(limit > 0))
		t.expand(expanded, query["expand"])
	}
	reply := object{"departures": departures, "status": healthy}
	for kind, objects := range expanded {
		reply[kind] = objects
	}
	WriteJSON(w, http.StatusOK, reply)
}

// tripsFor returns the trips that match a request, in the order of the timetable.
func (p *PTV) tripsFor(r *http.Request) (trips []trip) {
	query, now := r.URL.Query(), p.now().UTC()
	for i := range ptvLines {
		l := &ptvLines[i]
		if !equals(r.PathValue("type"), l.stop.RouteType) || !equals(r.PathValue("stop"), l.stop.ID) ||
			r.PathValue("route") != "" && !equals(r.PathValue("route"), l.route.ID) ||
			query.Has("direction_id") && !equals(query.Get("direction_id"), l.direction.ID) ||
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
		return cmp.Or(a.scheduled.Compare(b.scheduled), a.line.route.ID-b.line.route.ID)
	})
	return trips
}

func equals(word string, id int) bool { return word == strconv.Itoa(id) }

func (t trip) departure(withRealTime bool) object {
	d := object{
		"stop_id": t.line.stop.ID, "route_id": t.line.route.ID, "run_id": t.runID(), "run_ref": t.runRef(),
		"direction_id": t.line.direction.ID, "disruption_ids": []int{}, "scheduled_departure_utc": t.scheduled.Format(time.RFC3339),
		"estimated_departure_utc": nil, "at_platform": false, "platform_number": nil, "flags": "", "departure_sequence": 0,
	}
	if t.disrupted() {
		d["disruption_ids"] = []int{worksID}
	}
	if t.line.byBus {
		d["flags"] = "RRB-RUN_" + strconv.FormatInt(t.n%1000, 10)
	}
	if withRealTime && t.tracked() {
		d["estimated_departure_utc"], d["at_platform"] = t.estimate().Format(time.RFC3339), t.atPlatform()
		if t.line.platform != "" {
			d["platform_number"] = t.line.platform
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
func (t trip) expand(all map[string]object, kinds []string) {
	l := t.line
	add := func(wanted, kind, id string, o any) {
		if slices.Contains(kinds, wanted) || slices.Contains(kinds, "All") {
			all[kind][id] = o
		}
	}
	add("Stop", "stops", strconv.Itoa(l.stop.ID), l.stop)
	add("Route", "routes", strconv.Itoa(l.route.ID), l.route)
	add("Direction", "directions", strconv.Itoa(l.direction.ID), l.fullDirection())
	run := object{
		"run_id": t.runID(), "run_ref": t.runRef(), "route_id": l.route.ID, "route_type": l.route.RouteType, "final_stop_id": l.finalStop,
		"destination_name": t.destination(), "status": "scheduled", "direction_id": l.direction.ID, "express_stop_count": t.expressStops(),
	}
	if t.cancelled() {
		run["status"] = "cancelled"
	}
	add("Run", "runs", t.runRef(), run)
	if t.disrupted() {
		add("Disruption", "disruptions", strconv.Itoa(worksID), object{
			"disruption_id": worksID, "title": worksTitle, "disruption_status": "Current",
			"from_date": t.now.Add(-72 * time.Hour).Format(time.RFC3339), "to_date": nil,
		})
	}
}
