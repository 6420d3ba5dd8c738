package motis

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"ptvd/plugins"
	sources "ptvd/plugins/departures"
	"ptvd/plugins/topics"
)

// place is a stop and, of a departure, what it does there.
type place struct {
	ID, StopID, ParentID          string `as:"id"` // the first is that of a match of the geocoder
	Name, Type, Tz, Lat, Lon      string
	Track, ScheduledTrack         string
	PickupType                    string
	Departure, ScheduledDeparture time.Time
	Cancelled                     bool
	Modes                         []string
	Areas                         []struct {
		Name            string
		Default, Unique bool
	}
	Alerts []struct {
		HeaderText                        string `as:"title"`
		ImpactPeriod, CommunicationPeriod []period
	}
}

type period struct{ Start, End time.Time }

type stopTime struct {
	Place                                                      place
	TripTo                                                     struct{ Name string }
	TripID, RouteID, DirectionID                               string `as:"id"`
	RouteColor, RouteTextColor                                 string `as:"colour"`
	Mode, Headsign, RouteShortName, RouteLongName, DisplayName string
	AgencyName, PickupDropoffType                              string
	RealTime, Cancelled, TripCancelled                         bool
}

// position returns where a place is, zero if that is not known.
func (p place) position() (at plugins.Position) {
	_ = at.UnmarshalText([]byte(p.Lat + "," + p.Lon)) // of an error it stays zero
	return at
}

// decodeStopTimes decodes a reply of /stoptimes for a stop, or, if that is empty, for a
// position.
func decodeStopTimes(reply gjson.Result, stop string) (sources.Reply, error) {
	var r struct {
		Place     place
		StopTimes []stopTime
	}
	all := sources.Read(reply, &r)
	found, err := sources.Decode(r.StopTimes, all, stopTime.departure)
	at, nearest := r.Place, place{} // nearest of those that something leaves from
	if from := at.position(); len(r.StopTimes) > 0 && (stop == "" || at.StopID != stop) {
		meters := func(t stopTime) float64 { return from.Meters(t.Place.position()) }
		nearest = slices.MinFunc(r.StopTimes, func(a, b stopTime) int { return cmp.Compare(meters(a), meters(b)) }).Place
	}
	isAsked := func(t stopTime) bool { return t.Place.StopID == stop || t.Place.ParentID == stop }
	if err == nil && stop != "" && at.StopID != stop && nearest.StopID != "" && !slices.ContainsFunc(r.StopTimes, isAsked) {
		found.Doubt = fmt.Sprintf("stop %s not found: it may have another ID; departures of %s (%s) are shown, which is near it",
			stop, nearest.Name, nearest.StopID)
	}
	if at.StopID == "" { // a position, which has no name
		at = nearest
	}
	found.Stop, found.Zone, found.Position = at.Name, sources.Zone(at.Tz), at.position()
	return found, err
}

// modes are the words of people for MOTIS's modes.
var modes = map[string]string{
	"TRAM": "tram", "BUS": "bus", "COACH": "bus", "FERRY": "ferry",
	"SUBWAY": "train", "METRO": "train", "SUBURBAN": "train", "RAIL": "train", "NIGHT_RAIL": "train",
	"REGIONAL_RAIL": "train", "REGIONAL_FAST_RAIL": "train", "HIGHSPEED_RAIL": "train", "LONG_DISTANCE": "train",
}

// departure returns what people see of it, and whether one can get on. Without a time it
// is invalid.
func (t stopTime) departure() (d topics.Departure, boards bool) {
	mode := modes[t.Mode]
	d = topics.Departure{
		Scheduled: cmp.Or(t.Place.ScheduledDeparture, t.Place.Departure), Run: t.TripID,
		Cancelled: t.Cancelled || t.TripCancelled || t.Place.Cancelled,
		RouteID:   t.RouteID, Route: t.RouteLongName, Number: cmp.Or(t.RouteShortName, t.DisplayName),
		Mode: cmp.Or(mode, strings.ToLower(t.Mode)), Agency: t.AgencyName, Colour: t.RouteColor, TextColour: t.RouteTextColor,
		DirectionID: t.DirectionID, Destination: cmp.Or(t.TripTo.Name, t.Headsign), Headsign: cmp.Or(t.Headsign, t.TripTo.Name),
		Platform: cmp.Or(t.Place.Track, t.Place.ScheduledTrack), ScheduledPlatform: t.Place.ScheduledTrack,
		Bay: mode == "bus" || mode == "tram",
	}
	if t.RealTime {
		d.Estimated = t.Place.Departure
	}
	for _, alert := range t.Place.Alerts {
		if includes(alert.ImpactPeriod, d.When()) && includes(alert.CommunicationPeriod, d.When()) {
			d.Disruptions = append(d.Disruptions, alert.HeaderText)
		}
	}
	// Nobody can get on where a service is cancelled: that alone hides nothing.
	return d, d.Cancelled || t.PickupDropoffType != "NOT_ALLOWED" && t.Place.PickupType != "NOT_ALLOWED"
}

// includes tells whether a time is in one of some periods, or there are none.
func includes(periods []period, at time.Time) bool {
	return len(periods) == 0 || slices.ContainsFunc(periods, func(p period) bool {
		return !at.Before(p.Start) && (p.End.IsZero() || at.Before(p.End))
	})
}

// otherModes returns which modes there are at a stop, by a reply of /stop, where none of
// those that are wanted is; empty: one is.
func otherModes(reply gjson.Result, wanted []string) string {
	var at struct {
		Routes []struct{ Mode string }
	}
	sources.Read(reply, &at)
	var there []string
	for _, route := range at.Routes {
		if slices.Contains(wanted, route.Mode) || slices.Contains(wanted, "RAIL") && modes[route.Mode] == "train" {
			return ""
		}
		if route.Mode != "" && !slices.Contains(there, route.Mode) {
			there = append(there, route.Mode)
		}
	}
	if len(there) == 0 {
		return ""
	}
	return fmt.Sprintf("modes %s match nothing at this stop; there are %s", strings.Join(wanted, ", "), strings.Join(there, ", "))
}

func decodeStops(reply gjson.Result) (stops []sources.Stop, err error) {
	list, err := sources.List[place](reply, "stops")
	for _, at := range list {
		if at.Type != "STOP" || at.ID == "" {
			continue
		}
		var areas []string
		for _, area := range at.Areas {
			if area.Name != "" && (area.Default || area.Unique) {
				areas = append(areas, area.Name)
			}
		}
		stops = append(stops, sources.Stop{ID: at.ID, Name: at.Name, Area: strings.Join(areas, ", "), Modes: at.Modes, Position: at.position()})
	}
	return stops, err
}
