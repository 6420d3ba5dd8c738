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

// Direction is a direction of a route, as the PTV API has it.
type Direction struct {
	ID   int
	Name string
}

// Line is one direction of one route at one stop: a vehicle every headway,
// counted from 1970, shifted by the phase.
type Line struct {
	Stop      *Stop
	Route     *Route
	Direction Direction
	Platform  string // empty: it is not known

	destination    string
	finalStop      int
	headway, phase time.Duration
	replaced       bool // by buses

	// These apply to every second trip.
	express   int    // the number of stops that are skipped
	cancelled bool   // the trip is cancelled
	short     string // the destination of a trip that ends early
}

// ByBus tells whether buses run on the line.
func (l *Line) ByBus() bool { return l.replaced || l.Stop.RouteType == 2 }

// Disruption returns what disrupts the line; empty: nothing does.
func (l *Line) Disruption() string {
	if l.Direction == toPakenham {
		return "Pakenham Line: buses replace some trains while the tracks are renewed"
	}
	return ""
}

// Stops returns the stops of the network, the one of [DemoStop] first.
func Stops() []Stop { return []Stop{*huntingdale, *interchange} }

var (
	huntingdale = &Stop{1099, 0, "Huntingdale", "Oakleigh", -37.9111, 145.1027}
	interchange = &Stop{19099, 2, "Huntingdale Station/Haughton Rd", "Oakleigh", -37.9105, 145.1021}

	cranbourne = &Route{4, 0, "Cranbourne", "", "2-CRB", "279FD5"}
	pakenham   = &Route{11, 0, "Pakenham", "", "2-PKM", "279FD5"}
	shuttle    = &Route{13601, 2, "Huntingdale Station - Monash University via North Rd", "601", "4-601", "FF8200"}

	toCity       = Direction{ID: 1, Name: "City (Flinders Street)"}
	toCranbourne = Direction{ID: 4, Name: "Cranbourne"}
	toPakenham   = Direction{ID: 10, Name: "Pakenham"}
	toMonash     = Direction{ID: 201, Name: "Monash University"}
)

// The phases are chosen so that at Huntingdale a train leaves every two
// minutes.
var lines = []*Line{
	{
		Stop: huntingdale, Route: cranbourne, Direction: toCity, destination: "Flinders Street", finalStop: 1071,
		Platform: "1", headway: 8 * time.Minute, phase: 0,
	},
	{
		Stop: huntingdale, Route: cranbourne, Direction: toCranbourne, destination: "Cranbourne", finalStop: 1045,
		Platform: "2", headway: 8 * time.Minute, phase: 2 * time.Minute, cancelled: true,
	},
	{
		Stop: huntingdale, Route: pakenham, Direction: toCity, destination: "Flinders Street", finalStop: 1071,
		Platform: "1", headway: 8 * time.Minute, phase: 4 * time.Minute, express: 5,
	},
	{
		Stop: huntingdale, Route: pakenham, Direction: toPakenham, destination: "Pakenham", finalStop: 1153,
		Platform: "2", headway: 8 * time.Minute, phase: 6 * time.Minute, short: "Dandenong",
	},
	{
		Stop: huntingdale, Route: pakenham, Direction: toPakenham, destination: "Pakenham", finalStop: 1153,
		headway: 15 * time.Minute, phase: 3 * time.Minute, replaced: true,
	},
	{
		Stop: interchange, Route: shuttle, Direction: toMonash, destination: "Monash University/Wellington Rd", finalStop: 19110,
		headway: 4 * time.Minute, phase: 0,
	},
}
