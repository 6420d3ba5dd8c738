// Package motisserver contains a fake of a MOTIS, for the demo and for tests.
package motisserver

import (
	"cmp"
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

type place struct {
	Name               string  `json:"name"`
	StopID             string  `json:"stopId,omitempty"`
	Lat                float64 `json:"lat"`
	Lon                float64 `json:"lon"`
	TZ                 string  `json:"tz,omitempty"`
	Departure          string  `json:"departure,omitempty"`
	ScheduledDeparture string  `json:"scheduledDeparture,omitempty"`
	Track              string  `json:"track,omitempty"`
	ScheduledTrack     string  `json:"scheduledTrack,omitempty"`
	Cancelled          bool    `json:"cancelled,omitempty"`
	Alerts             []alert `json:"alerts,omitempty"`
}

type alert struct {
	Header       string              `json:"headerText"`
	Text         string              `json:"descriptionText"`
	ImpactPeriod []map[string]string `json:"impactPeriod"`
}

type route struct {
	Mode       string `json:"mode"`
	AgencyID   string `json:"agencyId"`
	AgencyName string `json:"agencyName"`
	AgencyURL  string `json:"agencyUrl"`
	RouteID    string `json:"routeId"`
	ShortName  string `json:"routeShortName"`
	LongName   string `json:"routeLongName"`
	Color      string `json:"routeColor"`
	TextColor  string `json:"routeTextColor"`
}

type stopTime struct {
	route
	Place         place  `json:"place"`
	RealTime      bool   `json:"realTime"`
	Headsign      string `json:"headsign"`
	TripFrom      place  `json:"tripFrom"`
	TripTo        place  `json:"tripTo"`
	DirectionID   string `json:"directionId"`
	TripID        string `json:"tripId"`
	TripShortName string `json:"tripShortName"`
	DisplayName   string `json:"displayName"`
	Pickup        string `json:"pickupDropoffType"`
	Cancelled     bool   `json:"cancelled"`
	TripCancelled bool   `json:"tripCancelled"`
	Bikes         bool   `json:"bikesAllowed"`
	Wheelchair    string `json:"wheelchairAccessible"`
	Reservation   string `json:"reservation"`
	Source        string `json:"source"`
}

func placeOf(s fakeserver.Stop) place {
	return place{Name: s.Name, StopID: "au-vic_" + strconv.Itoa(s.ID), Lat: s.Latitude, Lon: s.Longitude, TZ: "Australia/Melbourne"}
}

// mode is that of trains and of buses.
func mode(byBus bool) string {
	if byBus {
		return "BUS"
	}
	return "SUBURBAN"
}

func routeOf(t fakeserver.Trip) route {
	return route{mode(t.ByBus), "mtm", "Metro Trains", "", t.Route.GTFS, t.Route.Number, t.Route.Name, t.Route.Colour, "FFFFFF"}
}

// stops returns the stops that a request names, and the place of the reply. Without any it
// has answered the request.
func (m *MOTIS) stops(w http.ResponseWriter, r *http.Request) (stops []fakeserver.Stop, at place) {
	query := r.URL.Query()
	for _, s := range fakeserver.Stops() {
		if at := placeOf(s); at.StopID == query.Get("stopId") {
			return []fakeserver.Stop{s}, at
		}
	}
	if !query.Has("center") {
		writeError(w, http.StatusNotFound, "Could not find timetable location "+strconv.Quote(query.Get("stopId")))
		return nil, at
	}
	first, second, _ := strings.Cut(query.Get("center"), ",")
	latitude, err := strconv.ParseFloat(first, 64)
	longitude, err2 := strconv.ParseFloat(second, 64)
	radius, err3 := strconv.ParseFloat(query.Get("radius"), 64)
	if err := cmp.Or(err, err2, err3); err != nil {
		writeError(w, http.StatusBadRequest, err.Error())
		return nil, at
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
	return stops, place{Name: "center", Lat: latitude, Lon: longitude}
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
	list := []stopTime{}
	for _, stop := range stops {
		for _, t := range m.network.TripsAt(stop.ID) {
			if query.Get("mode") == "" || slices.Contains(strings.Split(query.Get("mode"), ","), mode(t.ByBus)) {
				list = append(list, m.stopTime(stop, t))
			}
		}
	}
	slices.SortStableFunc(list, func(a, b stopTime) int { return cmp.Compare(a.Place.Departure, b.Place.Departure) })
	list = list[:min(n, len(list))]
	fakeserver.WriteJSON(w, http.StatusOK, map[string]any{"stopTimes": list, "place": at, "previousPageCursor": "EARLIER", "nextPageCursor": "LATER"})
}

func (m *MOTIS) stopTime(stop fakeserver.Stop, t fakeserver.Trip) stopTime {
	at := placeOf(stop)
	if at.ScheduledTrack = t.Platform; t.Tracked {
		at.Track = t.Platform
	}
	at.ScheduledDeparture, at.Departure, at.Cancelled = t.Scheduled.Format(time.RFC3339), t.Departs.Format(time.RFC3339), t.Cancelled
	if t.Disruption != "" {
		at.Alerts = []alert{{t.Disruption, t.Disruption, []map[string]string{{
			"start": m.now().Add(-72 * time.Hour).Format(time.RFC3339), "end": m.now().Add(72 * time.Hour).Format(time.RFC3339),
		}}}}
	}
	end := place{Name: t.Destination, TZ: at.TZ}
	return stopTime{
		Place: at, route: routeOf(t), RealTime: t.Tracked, Headsign: t.Destination, TripFrom: end, TripTo: end,
		DirectionID: strconv.Itoa(t.Direction), TripID: t.Run, DisplayName: cmp.Or(t.Route.Number, t.Route.Name), Pickup: "NORMAL",
		Cancelled: t.Cancelled, TripCancelled: t.Cancelled, Wheelchair: "ACCESSIBLE", Reservation: "NONE", Source: "vic.gtfs.zip",
	}
}

// stop answers /api/v6/stop: the lines that serve it.
func (m *MOTIS) stop(w http.ResponseWriter, r *http.Request) {
	stops, at := m.stops(w, r)
	if len(stops) == 0 {
		return
	}
	routes := []route{}
	for _, stop := range stops {
		for _, t := range m.network.TripsAt(stop.ID) {
			if one := routeOf(t); !slices.Contains(routes, one) {
				routes = append(routes, one)
			}
		}
	}
	fakeserver.WriteJSON(w, http.StatusOK, map[string]any{"place": at, "routes": routes})
}

// geocode answers /api/v1/geocode: the stops whose name has the text in it.
func (m *MOTIS) geocode(w http.ResponseWriter, r *http.Request) {
	text := strings.ToLower(r.URL.Query().Get("text"))
	if text == "" {
		writeError(w, http.StatusBadRequest, "text is missing")
		return
	}
	found := []map[string]any{}
	for _, stop := range fakeserver.Stops() {
		if !strings.Contains(strings.ToLower(stop.Name), text) {
			continue
		}
		place := placeOf(stop)
		found = append(found, map[string]any{
			"type": "STOP", "name": place.Name, "id": place.StopID, "lat": place.Lat, "lon": place.Lon, "tz": place.TZ, "score": 1.5, "tokens": [][]int{},
			"areas": []any{map[string]any{"name": stop.Suburb, "adminLevel": 8, "matched": false, "default": true}}, "modes": []string{mode(stop.RouteType == 2)},
		})
	}
	fakeserver.WriteJSON(w, http.StatusOK, found)
}

func writeError(w http.ResponseWriter, code int, message string) {
	fakeserver.WriteJSON(w, code, map[string]any{"error": message})
}
