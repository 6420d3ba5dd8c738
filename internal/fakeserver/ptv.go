// Package fakeserver contains fakes of the PTV Timetable API and of an NTP server,
// for the demo and for tests. They answer like the real servers, over real
// connections if wanted, and can be made to fail.
package fakeserver

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// Credentials for [PTV], and a stop where trains leave every two minutes.
const (
	DemoID   = "3000999"
	DemoKey  = "5d2f7a10-0b6e-4c1d-9a53-e8f1c4b7d260"
	DemoStop = 1099
)

// PTV is a fake of the PTV Timetable API, version 3: an [http.Handler] that checks
// signatures and answers requests of departures. A reply depends on the request and the
// time only. Its methods are safe for concurrent use.
type PTV struct {
	Faults
	now          func() time.Time
	mux          *http.ServeMux
	cancelledRun atomic.Value // the run reference of CancelNext
}

// NewPTV returns a server with the given clock, which must be safe for concurrent
// use.
func NewPTV(now func() time.Time) *PTV {
	p := &PTV{now: now, mux: http.NewServeMux()}
	p.mux.HandleFunc("GET /v3/departures/route_type/{type}/stop/{stop}", p.departures)
	p.mux.HandleFunc("GET /v3/departures/route_type/{type}/stop/{stop}/route/{route}", p.departures)
	p.mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		writeError(w, http.StatusNotFound, "No HTTP resource was found that matches the request URI.")
	})
	p.Reinstate()
	return p
}

// Handle adds a request that the server answers, by a pattern of [http.ServeMux]. It is
// called before the first request.
func (p *PTV) Handle(pattern string, answer http.HandlerFunc) { p.mux.HandleFunc(pattern, answer) }

// ServeHTTP answers a request whose signature is valid, and otherwise refuses it.
func (p *PTV) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", p.now().UTC().Format(http.TimeFormat))
	switch {
	case p.Failing(w, r):
	case r.URL.Query().Get("devid") != DemoID:
		writeError(w, http.StatusBadRequest, "Bad Request (400): The devid is unknown.")
	case !validSignature(r):
		writeError(w, http.StatusForbidden, "Forbidden (403): The signature does not match the request.")
	default:
		p.mux.ServeHTTP(w, r)
	}
}

// validSignature checks the signature over the request line exactly as it was
// received.
func validSignature(r *http.Request) bool {
	request, signature, _ := strings.Cut(r.URL.RequestURI(), "&signature=")
	mac := hmac.New(sha1.New, []byte(DemoKey))
	mac.Write([]byte(request))
	got, err := hex.DecodeString(signature)
	return err == nil && hmac.Equal(mac.Sum(nil), got)
}

// Faults makes a server fail, and counts its requests. The zero value is ready. Its methods
// are safe for concurrent use.
type Faults struct {
	fault    atomic.Pointer[http.HandlerFunc] // nil, or to nil: none
	requests atomic.Int64
}

// Fail makes the server answer every request with a fault, such as [Throttled], from the
// next one on; nil ends it.
func (f *Faults) Fail(fault http.HandlerFunc) { f.fault.Store(&fault) }

// Requests returns how many requests were received.
func (f *Faults) Requests() int { return int(f.requests.Load()) }

// Failing counts a request, and answers it if the server fails.
func (f *Faults) Failing(w http.ResponseWriter, r *http.Request) bool {
	f.requests.Add(1)
	fault := f.fault.Load()
	fails := fault != nil && *fault != nil
	if fails {
		(*fault)(w, r)
	}
	return fails
}

// Throttled is the fault that the limit of requests is reached.
func Throttled(w http.ResponseWriter, _ *http.Request) {
	writeError(w, http.StatusForbidden, "Forbidden (403): Throttling limit reached for this service.")
}

// Status returns a fault that answers with an HTTP status.
func Status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { writeError(w, code, http.StatusText(code)) }
}

// healthy is the status of every reply.
var healthy = object{"version": "3.0", "health": 1}

func writeError(w http.ResponseWriter, code int, message string) {
	WriteJSON(w, code, object{"message": message, "status": healthy})
}

// WriteJSON sends a reply.
func WriteJSON(w http.ResponseWriter, code int, reply any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(reply) // fails only if the client is gone
}

// object is a JSON object of a reply, with the fields that ptvd reads and a few more.
type object map[string]any

// departures answers /v3/departures. As in the real API, max_results applies to each
// direction, only replies with max_results contain real-time data, and only what the
// request names is expanded.
func (p *PTV) departures(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	limit, _ := strconv.Atoi(query.Get("max_results"))
	departures, reply := []object{}, object{"status": healthy}
	for _, kind := range []string{"stops", "routes", "runs", "directions", "disruptions"} {
		reply[kind] = object{}
	}
	inDirection := map[int]int{}
	for _, t := range p.tripsFor(r) {
		if limit > 0 && inDirection[t.Direction.ID] == limit {
			continue
		}
		inDirection[t.Direction.ID]++
		departures = append(departures, t.departure(limit > 0))
		t.expand(reply, query["expand"])
	}
	reply["departures"] = departures
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

// expand adds to a reply the objects that a trip refers to, of the kinds in the request.
func (t Trip) expand(reply object, kinds []string) {
	add := func(wanted, kind, id string, o any) {
		if slices.Contains(kinds, wanted) || slices.Contains(kinds, "All") {
			reply[kind].(object)[id] = o
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
