// Package motisserver contains a fake of a MOTIS, for the demo and for tests.
package motisserver

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"ptvd/internal/fakeserver"
)

// Stop is the ID of the stop that is called Huntingdale.
const Stop = "au-vic_1099"

// MOTIS is a fake of a MOTIS: an [http.Handler] that answers the requests which ptvd makes,
// from the network of a fake of the PTV API.
type MOTIS struct {
	fakeserver.Faults
	now     func() time.Time
	network *fakeserver.PTV
	mux     *http.ServeMux
}

// New returns a server with the given clock, which must be safe for concurrent use.
func New(now func() time.Time) *MOTIS { return Beside(fakeserver.NewPTV(now), now) }

// Beside returns a server with the network and the clock of a fake of the PTV API.
func Beside(network *fakeserver.PTV, now func() time.Time) *MOTIS {
	m := &MOTIS{now: now, network: network, mux: http.NewServeMux()}
	m.mux.HandleFunc("GET /api/v6/stoptimes", m.stopTimes)
	m.mux.HandleFunc("GET /api/v6/stop", m.stop)
	m.mux.HandleFunc("GET /api/v1/geocode", m.geocode)
	return m
}

// ServeHTTP answers a request.
func (m *MOTIS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", m.now().UTC().Format(http.TimeFormat))
	if !m.Failing(w, r) {
		m.mux.ServeHTTP(w, r)
	}
}

// Throttled is the fault that the limit of requests is reached.
func Throttled(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Retry-After", "60")
	writeError(w, http.StatusTooManyRequests, "too many requests")
}

// object is a JSON object of a reply, with the fields that ptvd reads and what else the
// specification demands.
type object map[string]any

const zone = "Australia/Melbourne"

func stopID(s fakeserver.Stop) string { return "au-vic_" + strconv.Itoa(s.ID) }

func placeOf(s fakeserver.Stop) object {
	return object{"name": s.Name, "stopId": stopID(s), "lat": s.Latitude, "lon": s.Longitude, "tz": zone}
}

// mode is that of trains and of buses.
func mode(byBus bool) string {
	if byBus {
		return "BUS"
	}
	return "SUBURBAN"
}

func routeOf(t fakeserver.Trip) object {
	return object{
		"mode": mode(t.ByBus()), "agencyId": "mtm", "agencyName": "Metro Trains", "agencyUrl": "", "routeId": t.Route.GTFS,
		"routeShortName": t.Route.Number, "routeLongName": t.Route.Name, "routeColor": t.Route.Colour, "routeTextColor": "FFFFFF",
	}
}

// stops returns the stops that a request names, and the place of the reply. Without any it
// has answered the request.
func (m *MOTIS) stops(w http.ResponseWriter, r *http.Request) (stops []fakeserver.Stop, at object) {
	query := r.URL.Query()
	for _, s := range fakeserver.Stops() {
		if stopID(s) == query.Get("stopId") {
			return []fakeserver.Stop{s}, placeOf(s)
		}
	}
	if !query.Has("center") {
		writeError(w, http.StatusNotFound, "Could not find timetable location "+strconv.Quote(query.Get("stopId")))
		return nil, nil
	}
	first, second, _ := strings.Cut(query.Get("center"), ",")
	latitude, err := strconv.ParseFloat(first, 64)
	longitude, err2 := strconv.ParseFloat(second, 64)
	radius, err3 := strconv.ParseFloat(query.Get("radius"), 64)
	if err := cmp.Or(err, err2, err3); err != nil {
		writeError(w, http.StatusBadRequest, err.Error())
		return nil, nil
	}
	for _, s := range fakeserver.Stops() {
		const degree = 111e3 // meters; of a longitude 79 % in Melbourne
		dy, dx := (s.Latitude-latitude)*degree, (s.Longitude-longitude)*degree*0.79
		if dx*dx+dy*dy <= radius*radius {
			stops = append(stops, s)
		}
	}
	if len(stops) == 0 {
		writeError(w, http.StatusNotFound, "no stop found")
	}
	return stops, object{"name": "center", "lat": latitude, "lon": longitude}
}

// stopTimes answers /api/v6/stoptimes: n departures at least, in order.
func (m *MOTIS) stopTimes(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	n, err := strconv.Atoi(query.Get("n"))
	if err != nil {
		writeError(w, http.StatusUnprocessableEntity, "n is not a number")
		return
	}
	stops, at := m.stops(w, r)
	if len(stops) == 0 {
		return
	}
	list := []object{}
	for _, stop := range stops {
		for _, t := range m.network.TripsAt(stop.ID) {
			if query.Get("mode") == "" || slices.Contains(strings.Split(query.Get("mode"), ","), mode(t.ByBus())) {
				list = append(list, m.stopTime(t))
			}
		}
	}
	departure := func(of object) string { return of["place"].(object)["departure"].(string) }
	slices.SortStableFunc(list, func(a, b object) int { return cmp.Compare(departure(a), departure(b)) })
	list = list[:min(n, len(list))]
	fakeserver.WriteJSON(w, http.StatusOK, object{"stopTimes": list, "place": at, "previousPageCursor": "EARLIER", "nextPageCursor": "LATER"})
}

func (m *MOTIS) stopTime(t fakeserver.Trip) object {
	at, end := placeOf(*t.Stop), object{"name": t.Destination(), "lat": 0, "lon": 0, "tz": zone}
	at["scheduledDeparture"], at["departure"] = t.Scheduled.Format(time.RFC3339), t.Departs().Format(time.RFC3339)
	at["cancelled"] = t.Cancelled()
	if t.Platform != "" {
		at["scheduledTrack"] = t.Platform
		if t.Tracked() {
			at["track"] = t.Platform
		}
	}
	if text := t.Disruption(); text != "" {
		at["alerts"] = []object{{"headerText": text, "descriptionText": text, "impactPeriod": []object{{
			"start": m.now().Add(-72 * time.Hour).Format(time.RFC3339), "end": m.now().Add(72 * time.Hour).Format(time.RFC3339),
		}}}}
	}
	all := object{
		"place": at, "realTime": t.Tracked(), "headsign": t.Destination(), "tripFrom": end, "tripTo": end,
		"directionId": strconv.Itoa(t.Direction.ID), "tripId": t.Run(), "tripShortName": "",
		"displayName": cmp.Or(t.Route.Number, t.Route.Name), "pickupDropoffType": "NORMAL", "cancelled": t.Cancelled(),
		"tripCancelled": t.Cancelled(), "bikesAllowed": false, "wheelchairAccessible": "ACCESSIBLE", "reservation": "NONE", "source": "vic.gtfs.zip",
	}
	maps.Copy(all, routeOf(t))
	return all
}

// stop answers /api/v6/stop: the lines that serve it.
func (m *MOTIS) stop(w http.ResponseWriter, r *http.Request) {
	stops, at := m.stops(w, r)
	if len(stops) == 0 {
		return
	}
	routes, seen := []object{}, map[string]bool{}
	for _, stop := range stops {
		for _, t := range m.network.TripsAt(stop.ID) {
			if key := mode(t.ByBus()) + t.Route.GTFS; !seen[key] {
				seen[key] = true
				routes = append(routes, routeOf(t))
			}
		}
	}
	fakeserver.WriteJSON(w, http.StatusOK, object{"place": at, "routes": routes})
}

// geocode answers /api/v1/geocode: the stops whose name has the text in it.
func (m *MOTIS) geocode(w http.ResponseWriter, r *http.Request) {
	text := strings.ToLower(r.URL.Query().Get("text"))
	if text == "" {
		writeError(w, http.StatusBadRequest, "text is missing")
		return
	}
	found := []object{}
	for _, stop := range fakeserver.Stops() {
		if strings.Contains(strings.ToLower(stop.Name), text) {
			found = append(found, object{
				"type": "STOP", "name": stop.Name, "id": stopID(stop), "lat": stop.Latitude, "lon": stop.Longitude, "tz": zone, "score": 1.5, "tokens": [][]int{},
				"areas": []object{{"name": stop.Suburb, "adminLevel": 8, "matched": false, "default": true}}, "modes": []string{mode(stop.RouteType == 2)},
			})
		}
	}
	fakeserver.WriteJSON(w, http.StatusOK, found)
}

func writeError(w http.ResponseWriter, code int, message string) {
	fakeserver.WriteJSON(w, code, object{"error": message})
}
