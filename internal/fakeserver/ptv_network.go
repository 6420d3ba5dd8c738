package fakeserver

import "time"

// The stand-in's network: a suburban station on two lines that share their tracks,
// and the buses before its door. The names are Melbourne's; the timetable is made
// up, so that a panel has something of everything to show at any time.

type ptvStop struct {
	id, routeType int
	name, suburb  string
}

type ptvRoute struct {
	id, routeType      int
	name, number, gtfs string
}

type ptvDirection struct {
	id   int
	name string
}

// ptvLine is one direction of one route at one stop: a vehicle every headway,
// counted from 1970, plus the phase.
type ptvLine struct {
	stop           *ptvStop
	route          *ptvRoute
	direction      ptvDirection
	destination    string
	finalStop      int
	platform       string
	headway, phase time.Duration

	// Every second vehicle of a line that has these …
	express   int    // … passes so many stops
	cancelled bool   // … does not run
	short     string // … ends here instead
	byBus     bool   // all of the line's: buses replace trains
}

var (
	huntingdale = &ptvStop{1099, 0, "Huntingdale", "Oakleigh"}
	interchange = &ptvStop{19099, 2, "Huntingdale Station/Haughton Rd", "Oakleigh"}
	ptvStops    = []*ptvStop{huntingdale, interchange}

	cranbourne = &ptvRoute{4, 0, "Cranbourne", "", "2-CRB"}
	pakenham   = &ptvRoute{11, 0, "Pakenham", "", "2-PKM"}
	shuttle    = &ptvRoute{13601, 2, "Huntingdale Station - Monash University via North Rd", "601", "4-601"}

	toCity       = ptvDirection{1, "City (Flinders Street)"}
	toCranbourne = ptvDirection{4, "Cranbourne"}
	toPakenham   = ptvDirection{10, "Pakenham"}
	toMonash     = ptvDirection{201, "Monash University"}
)

// ptvLines interleave so that at Huntingdale a train leaves every two minutes.
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

// works is what disturbs every train to Pakenham.
const (
	worksID    = 314159
	worksTitle = "Pakenham Line: buses replace some trains while the tracks are renewed"
)
