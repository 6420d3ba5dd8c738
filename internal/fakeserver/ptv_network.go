package fakeserver

import "time"

// The network of the fake: a suburban station on two lines that share tracks, and a
// bus stop in front of it. The names are from Melbourne; the timetable is invented so
// that by day a panel has a departure of each kind to show. At night, from one to five,
// nothing runs.

// Stop is a stop of the network, in the JSON of the PTV API.
type Stop struct {
	ID        int    `json:"stop_id"`
	RouteType int    `json:"route_type"`
	Name      string `json:"stop_name"`
	Suburb    string `json:"stop_suburb"`

	Latitude  float64 `json:"stop_latitude"`
	Longitude float64 `json:"stop_longitude"`
}

// Route is a route of the network, in the JSON of the PTV API.
type Route struct {
	ID        int    `json:"route_id"`
	RouteType int    `json:"route_type"`
	Name      string `json:"route_name"`
	Number    string `json:"route_number"`
	GTFS      string `json:"route_gtfs_id"`
	Colour    string `json:"-"` // not of that API
}

type ptvDirection struct {
	ID        int    `json:"direction_id"`
	Name      string `json:"direction_name"`
	RouteID   int    `json:"route_id"` // these two in replies only
	RouteType int    `json:"route_type"`
}

// ptvLine is one direction of one route at one stop: a vehicle every headway,
// counted from 1970, shifted by the phase.
type ptvLine struct {
	stop           *Stop
	route          *Route
	direction      ptvDirection
	destination    string
	finalStop      int
	platform       string
	headway, phase time.Duration

	// These apply to every second trip.
	express   int    // the number of stops that are skipped
	cancelled bool   // the trip is cancelled
	short     string // the destination of a trip that ends early

	byBus bool // buses replace the trains of all trips
}

var (
	huntingdale = &Stop{1099, 0, "Huntingdale", "Oakleigh", -37.9111, 145.1027}
	interchange = &Stop{19099, 2, "Huntingdale Station/Haughton Rd", "Oakleigh", -37.9105, 145.1021}

	cranbourne = &Route{4, 0, "Cranbourne", "", "2-CRB", "279FD5"}
	pakenham   = &Route{11, 0, "Pakenham", "", "2-PKM", "279FD5"}
	shuttle    = &Route{13601, 2, "Huntingdale Station - Monash University via North Rd", "601", "4-601", "FF8200"}

	toCity       = ptvDirection{ID: 1, Name: "City (Flinders Street)"}
	toCranbourne = ptvDirection{ID: 4, Name: "Cranbourne"}
	toPakenham   = ptvDirection{ID: 10, Name: "Pakenham"}
	toMonash     = ptvDirection{ID: 201, Name: "Monash University"}
)

func (l *ptvLine) fullDirection() ptvDirection {
	return ptvDirection{l.direction.ID, l.direction.Name, l.route.ID, l.route.RouteType}
}

// The phases of ptvLines are chosen so that at Huntingdale a train leaves every two
// minutes.
var ptvLines = []ptvLine{
	{
		stop: huntingdale, route: cranbourne, direction: toCity, destination: "Flinders Street", finalStop: 1071,
		platform: "1", headway: 8 * time.Minute, phase: 0,
	},
	{
		stop: huntingdale, route: cranbourne, direction: toCranbourne, destination: "Cranbourne", finalStop: 1045,
		platform: "2", headway: 8 * time.Minute, phase: 2 * time.Minute, cancelled: true,
	},
	{
		stop: huntingdale, route: pakenham, direction: toCity, destination: "Flinders Street", finalStop: 1071,
		platform: "1", headway: 8 * time.Minute, phase: 4 * time.Minute, express: 5,
	},
	{
		stop: huntingdale, route: pakenham, direction: toPakenham, destination: "Pakenham", finalStop: 1153,
		platform: "2", headway: 8 * time.Minute, phase: 6 * time.Minute, short: "Dandenong",
	},
	{
		stop: huntingdale, route: pakenham, direction: toPakenham, destination: "Pakenham", finalStop: 1153,
		headway: 15 * time.Minute, phase: 3 * time.Minute, byBus: true,
	},
	{
		stop: interchange, route: shuttle, direction: toMonash, destination: "Monash University/Wellington Rd", finalStop: 19110,
		headway: 4 * time.Minute, phase: 0,
	},
}

// A disruption of all trains to Pakenham.
const (
	worksID    = 314159
	worksTitle = "Pakenham Line: buses replace some trains while the tracks are renewed"
)
