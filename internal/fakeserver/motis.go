package fakeserver

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// MOTISStop is the ID of the stop that NewMOTIS calls Huntingdale.
const MOTISStop = "au-vic_1099"

// NewMOTIS returns a fake of a MOTIS with the given clock, which must be safe for
// concurrent use: the requests that ptvd makes, from the network of the fake PTV API.
func NewMOTIS(now func() time.Time) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v6/stoptimes", func(w http.ResponseWriter, r *http.Request) { stopTimes(w, r, now().UTC()) })
	mux.HandleFunc("GET /api/v1/geocode", geocode)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", now().UTC().Format(http.TimeFormat))
		mux.ServeHTTP(w, r)
	})
}

type motisPlace struct {
	Name               string       `json:"name"`
	StopID             string       `json:"stopId,omitempty"`
	Lat                float64      `json:"lat"`
	Lon                float64      `json:"lon"`
	TZ                 string       `json:"tz"`
	Departure          string       `json:"departure,omitempty"`
	ScheduledDeparture string       `json:"scheduledDeparture,omitempty"`
	Track              string       `json:"track,omitempty"`
	ScheduledTrack     string       `json:"scheduledTrack,omitempty"`
	Cancelled          bool         `json:"cancelled,omitempty"`
	Alerts             []motisAlert `json:"alerts,omitempty"`
}

type motisAlert struct {
	Header string `json:"headerText"`
	Text   string `json:"descriptionText"`
}

type motisStopTime struct {
	Place         motisPlace `json:"place"`
	Mode          string     `json:"mode"`
	RealTime      bool       `json:"realTime"`
	Headsign      string     `json:"headsign"`
	TripFrom      motisPlace `json:"tripFrom"`
	TripTo        motisPlace `json:"tripTo"`
	AgencyID      string     `json:"agencyId"`
	AgencyName    string     `json:"agencyName"`
	AgencyURL     string     `json:"agencyUrl"`
	RouteID       string     `json:"routeId"`
	DirectionID   string     `json:"directionId"`
	TripID        string     `json:"tripId"`
	ShortName     string     `json:"routeShortName"`
	LongName      string     `json:"routeLongName"`
	TripShortName string     `json:"tripShortName"`
	DisplayName   string     `json:"displayName"`
	Pickup        string     `json:"pickupDropoffType"`
	Cancelled     bool       `json:"cancelled"`
	TripCancelled bool       `json:"tripCancelled"`
	Bikes         bool       `json:"bikesAllowed"`
	Wheelchair    string     `json:"wheelchairAccessible"`
	Reservation   string     `json:"reservation"`
	Source        string     `json:"source"`
}

func (s *ptvStop) motis() motisPlace {
	return motisPlace{Name: s.Name, StopID: "au-vic_" + strconv.Itoa(s.ID), Lat: -37.911, Lon: 145.102, TZ: "Australia/Melbourne"}
}

// mode is that of trains and of buses.
func (l *ptvLine) mode() string {
	if l.byBus || l.stop.RouteType == 2 {
		return "BUS"
	}
	return "SUBURBAN"
}

// stopTimes answers /api/v6/stoptimes: n departures at least, in order.
func stopTimes(w http.ResponseWriter, r *http.Request, now time.Time) {
	query := r.URL.Query()
	n, err := strconv.Atoi(query.Get("n"))
	switch {
	case err != nil && query.Has("n"):
		motisError(w, http.StatusBadRequest, "n is not a number")
		return
	case query.Get("stopId") != MOTISStop && !query.Has("center"):
		motisError(w, http.StatusNotFound, "Could not find timetable location "+strconv.Quote(query.Get("stopId")))
		return
	}
	list := []motisStopTime{}
	for _, t := range tripsAt(huntingdale, now) {
		if modes := query.Get("mode"); len(list) < n && (modes == "" || strings.Contains(modes, t.line.mode())) {
			list = append(list, t.motis())
		}
	}
	writeJSON(w, http.StatusOK, map[string]any{"stopTimes": list, "place": huntingdale.motis(), "previousPageCursor": "EARLIER", "nextPageCursor": "LATER"})
}

// tripsAt returns the trips at a stop, in the order in which they leave.
func tripsAt(stop *ptvStop, now time.Time) (trips []trip) {
	for i := range ptvLines {
		if l := &ptvLines[i]; l.stop == stop {
			trips = append(trips, l.trips(now)...)
		}
	}
	slices.SortStableFunc(trips, func(a, b trip) int { return a.leaves.Compare(b.leaves) })
	return trips
}

func (t trip) motis() motisStopTime {
	place, leaves := t.line.stop.motis(), t.scheduled
	if t.tracked() {
		leaves = t.estimate()
		place.Track, place.ScheduledTrack = t.line.platform, t.line.platform
	}
	place.ScheduledDeparture, place.Departure, place.Cancelled = t.scheduled.Format(time.RFC3339), leaves.Format(time.RFC3339), t.cancelled()
	if t.disrupted() {
		place.Alerts = []motisAlert{{worksTitle, worksTitle}}
	}
	end := motisPlace{Name: t.destination(), TZ: place.TZ}
	name := t.line.route.Number
	if name == "" {
		name = t.line.route.Name
	}
	return motisStopTime{
		Place: place, Mode: t.line.mode(), RealTime: t.tracked(), Headsign: t.destination(), TripFrom: end, TripTo: end,
		AgencyName: "Metro Trains", RouteID: t.line.route.GTFS, DirectionID: strconv.Itoa(t.line.direction.ID), TripID: t.runRef(),
		ShortName: t.line.route.Number, LongName: t.line.route.Name, DisplayName: name, Pickup: "NORMAL",
		Cancelled: t.cancelled(), TripCancelled: t.cancelled(), Wheelchair: "ACCESSIBLE", Reservation: "NONE", Source: "vic.gtfs.zip",
	}
}

// geocode answers /api/v1/geocode: the stops whose name has the text in it.
func geocode(w http.ResponseWriter, r *http.Request) {
	text := strings.ToLower(r.URL.Query().Get("text"))
	found := []map[string]any{}
	for _, stop := range []*ptvStop{huntingdale, interchange} {
		if text == "" || !strings.Contains(strings.ToLower(stop.Name), text) {
			continue
		}
		place, mode := stop.motis(), "SUBURBAN"
		if stop == interchange {
			mode = "BUS"
		}
		found = append(found, map[string]any{
			"type": "STOP", "name": place.Name, "id": place.StopID, "lat": place.Lat, "lon": place.Lon, "tz": place.TZ, "score": 1.5, "tokens": [][]int{},
			"areas": []any{map[string]any{"name": stop.Suburb, "adminLevel": 8, "matched": false, "default": true}}, "modes": []string{mode},
		})
	}
	writeJSON(w, http.StatusOK, found)
}

func motisError(w http.ResponseWriter, code int, message string) {
	writeJSON(w, code, map[string]any{"error": message})
}
