// Package motisserver contains a fake of a MOTIS, for tests.
package motisserver

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"
	"time"

	"ptvd/internal/fakeserver"
)

// Stop is the ID of the stop that New calls Huntingdale.
const Stop = "au-vic_1099"

// New returns a fake of a MOTIS with the given clock, which must be safe for
// concurrent use: the requests that ptvd makes, from the network of the fake PTV API.
func New(now func() time.Time) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v6/stoptimes", func(w http.ResponseWriter, r *http.Request) { stopTimes(w, r, now().UTC()) })
	mux.HandleFunc("GET /api/v1/geocode", geocode)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", now().UTC().Format(http.TimeFormat))
		mux.ServeHTTP(w, r)
	})
}

type place struct {
	Name               string  `json:"name"`
	StopID             string  `json:"stopId,omitempty"`
	Lat                float64 `json:"lat"`
	Lon                float64 `json:"lon"`
	TZ                 string  `json:"tz"`
	Departure          string  `json:"departure,omitempty"`
	ScheduledDeparture string  `json:"scheduledDeparture,omitempty"`
	Track              string  `json:"track,omitempty"`
	ScheduledTrack     string  `json:"scheduledTrack,omitempty"`
	Cancelled          bool    `json:"cancelled,omitempty"`
	Alerts             []alert `json:"alerts,omitempty"`
}

type alert struct {
	Header string `json:"headerText"`
	Text   string `json:"descriptionText"`
}

type stopTime struct {
	Place         place  `json:"place"`
	Mode          string `json:"mode"`
	RealTime      bool   `json:"realTime"`
	Headsign      string `json:"headsign"`
	TripFrom      place  `json:"tripFrom"`
	TripTo        place  `json:"tripTo"`
	AgencyID      string `json:"agencyId"`
	AgencyName    string `json:"agencyName"`
	AgencyURL     string `json:"agencyUrl"`
	RouteID       string `json:"routeId"`
	DirectionID   string `json:"directionId"`
	TripID        string `json:"tripId"`
	ShortName     string `json:"routeShortName"`
	LongName      string `json:"routeLongName"`
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
	return place{Name: s.Name, StopID: "au-vic_" + strconv.Itoa(s.ID), Lat: -37.911, Lon: 145.102, TZ: "Australia/Melbourne"}
}

// mode is that of trains and of buses.
func mode(byBus bool) string {
	if byBus {
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
		writeError(w, http.StatusBadRequest, "n is not a number")
		return
	case query.Get("stopId") != Stop && !query.Has("center"):
		writeError(w, http.StatusNotFound, "Could not find timetable location "+strconv.Quote(query.Get("stopId")))
		return
	}
	list := []stopTime{}
	stop := fakeserver.Stops()[0]
	for _, t := range fakeserver.TripsAt(stop.ID, now) {
		if modes := query.Get("mode"); len(list) < n && (modes == "" || strings.Contains(modes, mode(t.ByBus))) {
			list = append(list, stopTimeOf(stop, t))
		}
	}
	fakeserver.WriteJSON(w, http.StatusOK, map[string]any{"stopTimes": list, "place": placeOf(stop), "previousPageCursor": "EARLIER", "nextPageCursor": "LATER"})
}

func stopTimeOf(stop fakeserver.Stop, t fakeserver.Trip) stopTime {
	at := placeOf(stop)
	if t.Tracked {
		at.Track, at.ScheduledTrack = t.Platform, t.Platform
	}
	at.ScheduledDeparture, at.Departure, at.Cancelled = t.Scheduled.Format(time.RFC3339), t.Departs.Format(time.RFC3339), t.Cancelled
	if t.Disruption != "" {
		at.Alerts = []alert{{t.Disruption, t.Disruption}}
	}
	end := place{Name: t.Destination, TZ: at.TZ}
	return stopTime{
		Place: at, Mode: mode(t.ByBus), RealTime: t.Tracked, Headsign: t.Destination, TripFrom: end, TripTo: end,
		AgencyName: "Metro Trains", RouteID: t.Route.GTFS, DirectionID: strconv.Itoa(t.Direction), TripID: t.Run,
		ShortName: t.Route.Number, LongName: t.Route.Name, DisplayName: cmp.Or(t.Route.Number, t.Route.Name), Pickup: "NORMAL",
		Cancelled: t.Cancelled, TripCancelled: t.Cancelled, Wheelchair: "ACCESSIBLE", Reservation: "NONE", Source: "vic.gtfs.zip",
	}
}

// geocode answers /api/v1/geocode: the stops whose name has the text in it.
func geocode(w http.ResponseWriter, r *http.Request) {
	text := strings.ToLower(r.URL.Query().Get("text"))
	found := []map[string]any{}
	for _, stop := range fakeserver.Stops() {
		if text == "" || !strings.Contains(strings.ToLower(stop.Name), text) {
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
