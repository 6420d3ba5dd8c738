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
		if limit > 0 && inDirection[t.Direction.ID] == limit {
			continue
		}
		inDirection[t.Direction.ID]++
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
func (p *PTV) tripsFor(r *http.Request) []Trip {
	query := r.URL.Query()
	trips := p.trips(func(l *Line) bool {
		return equals(r.PathValue("type"), l.Stop.RouteType) && equals(r.PathValue("stop"), l.Stop.ID) &&
			(r.PathValue("route") == "" || equals(r.PathValue("route"), l.Route.ID)) &&
			(!query.Has("direction_id") || equals(query.Get("direction_id"), l.Direction.ID)) &&
			(!query.Has("platform_numbers") || slices.Contains(query["platform_numbers"], l.Platform))
	})
	if query.Get("include_cancelled") != "true" {
		trips = slices.DeleteFunc(trips, Trip.Cancelled)
	}
	slices.SortStableFunc(trips, func(a, b Trip) int {
		return cmp.Or(a.Scheduled.Compare(b.Scheduled), a.Route.ID-b.Route.ID)
	})
	return trips
}

func equals(word string, id int) bool { return word == strconv.Itoa(id) }

// worksID is the ID of a [Line.Disruption].
const worksID = 314159

func (t Trip) departure(withRealTime bool) object {
	d := object{
		"stop_id": t.Stop.ID, "route_id": t.Route.ID, "run_id": t.runID(), "run_ref": t.Run(),
		"direction_id": t.Direction.ID, "disruption_ids": []int{}, "scheduled_departure_utc": t.Scheduled.Format(time.RFC3339),
		"estimated_departure_utc": nil, "at_platform": false, "platform_number": nil, "flags": "", "departure_sequence": 0,
	}
	if t.Disruption() != "" {
		d["disruption_ids"] = []int{worksID}
	}
	if t.replaced {
		d["flags"] = "RRB-RUN_" + strconv.FormatInt(t.n%1000, 10)
	}
	if withRealTime && t.Tracked() {
		d["estimated_departure_utc"], d["at_platform"] = t.Departs().Format(time.RFC3339), t.atPlatform()
		if t.Platform != "" {
			d["platform_number"] = t.Platform
		}
	}
	return d
}

// runID returns -1 if the reference is not a number.
func (t Trip) runID() int {
	if id, err := strconv.Atoi(t.Run()); err == nil {
		return id
	}
	return -1
}

// expand adds the objects that a trip refers to, of the kinds in the request.
func (t Trip) expand(all map[string]object, kinds []string) {
	add := func(wanted, kind, id string, o any) {
		if slices.Contains(kinds, wanted) || slices.Contains(kinds, "All") {
			all[kind][id] = o
		}
	}
	add("Stop", "stops", strconv.Itoa(t.Stop.ID), t.Stop)
	add("Route", "routes", strconv.Itoa(t.Route.ID), t.Route)
	add("Direction", "directions", strconv.Itoa(t.Direction.ID), object{
		"direction_id": t.Direction.ID, "direction_name": t.Direction.Name, "route_id": t.Route.ID, "route_type": t.Route.RouteType,
	})
	run := object{
		"run_id": t.runID(), "run_ref": t.Run(), "route_id": t.Route.ID, "route_type": t.Route.RouteType, "final_stop_id": t.finalStop,
		"destination_name": t.Destination(), "status": "scheduled", "direction_id": t.Direction.ID, "express_stop_count": 0,
	}
	if t.even() {
		run["express_stop_count"] = t.express
	}
	if t.Cancelled() {
		run["status"] = "cancelled"
	}
	add("Run", "runs", t.Run(), run)
	if t.Disruption() != "" {
		add("Disruption", "disruptions", strconv.Itoa(worksID), object{
			"disruption_id": worksID, "title": t.Disruption(), "disruption_status": "Current",
			"from_date": t.now.Add(-72 * time.Hour).Format(time.RFC3339), "to_date": nil,
		})
	}
}
