package motis

import (
	"cmp"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"ptvd/plugins"
	sources "ptvd/plugins/departures"
	"ptvd/plugins/topics"
)

// decodeStopTimes decodes a reply of /stoptimes for a stop, or, if that is empty, for a
// position.
func decodeStopTimes(reply gjson.Result, stop string) (sources.Reply, error) {
	at := sources.Fields(reply.Get("place"))
	var nearest map[string]gjson.Result // of the places of departures, to that
	known := stop == "" || sources.Text(at["stopId"]) == stop
	var outer, inner sources.Reader
	found, err := sources.Decode(reply.Get("stopTimes"), func(v gjson.Result) (topics.Departure, bool) {
		fields := outer.Fields(v)
		place := inner.Fields(fields["place"])
		if nearest == nil || Meters(position(at), position(place)) < Meters(position(at), position(nearest)) {
			nearest = maps.Clone(place)
		}
		known = known || sources.Text(place["stopId"]) == stop || sources.Text(place["parentId"]) == stop
		return decodeStopTime(fields, place)
	})
	if sources.Text(at["stopId"]) == "" && nearest != nil { // a position, which has no name
		at = nearest
	}
	if err == nil && !known && nearest != nil {
		found.Doubt = fmt.Sprintf("stop %s not found: it may have another ID; departures of %s (%s) are shown, which is near it",
			stop, sources.Name(nearest["name"]), sources.ID(nearest["stopId"]))
	}
	found.Stop, found.Zone = sources.Name(at["name"]), sources.Zone(at["tz"])
	if position := position(at); position != (plugins.Position{}) {
		found.Position = position.String()
	}
	return found, err
}

// modes are the words of people for MOTIS's modes.
var modes = map[string]string{
	"TRAM": "tram", "BUS": "bus", "COACH": "bus", "FERRY": "ferry", "SUBWAY": "train", "SUBURBAN": "train", "RAIL": "train", "HIGHSPEED_RAIL": "train",
	"LONG_DISTANCE": "train", "NIGHT_RAIL": "train", "REGIONAL_RAIL": "train", "REGIONAL_FAST_RAIL": "train", "METRO": "train",
}

// isMode tells whether a configured mode includes one that occurs.
func isMode(wanted, mode string) bool {
	return mode == wanted || wanted == "RAIL" && modes[mode] == "train"
}

// decodeStopTime reads a departure, and tells whether one can get on. Without a time it is
// invalid.
func decodeStopTime(fields, place map[string]gjson.Result) (d topics.Departure, boards bool) {
	sign, end := sources.Name(fields["headsign"]), sources.Name(fields["tripTo"].Get("name"))
	mode := modes[sources.Text(fields["mode"])]
	d = topics.Departure{
		Scheduled:         sources.Time(place["scheduledDeparture"]),
		Run:               sources.ID(fields["tripId"]),
		RouteID:           sources.ID(fields["routeId"]),
		Route:             sources.Name(fields["routeLongName"]),
		Number:            cmp.Or(sources.Name(fields["routeShortName"]), sources.Name(fields["displayName"])),
		DirectionID:       sources.ID(fields["directionId"]),
		Destination:       cmp.Or(end, sign),
		Headsign:          cmp.Or(sign, end),
		Platform:          cmp.Or(sources.Name(place["track"]), sources.Name(place["scheduledTrack"])),
		ScheduledPlatform: sources.Name(place["scheduledTrack"]),
		Bay:               mode == "bus" || mode == "tram",
		Mode:              cmp.Or(mode, strings.ToLower(sources.Name(fields["mode"]))),
		Agency:            sources.Name(fields["agencyName"]),
		Colour:            sources.Colour(fields["routeColor"]),
		TextColour:        sources.Colour(fields["routeTextColor"]),
		Cancelled:         sources.Bool(fields["cancelled"]) || sources.Bool(fields["tripCancelled"]) || sources.Bool(place["cancelled"]),
	}
	if sources.Bool(fields["realTime"]) {
		d.Estimated = sources.Time(place["departure"])
	}
	if d.Scheduled.IsZero() {
		d.Scheduled = sources.Time(place["departure"])
	}
	sources.Items(place["alerts"], func(v gjson.Result) {
		if at := d.When(); during(v.Get("impactPeriod"), at) && during(v.Get("communicationPeriod"), at) {
			d.Disruptions = sources.AddTitle(d.Disruptions, sources.Title(v.Get("headerText")))
		}
	})
	closed := func(v gjson.Result) bool { return sources.Text(v) == "NOT_ALLOWED" }
	// Nobody can get on where a service is cancelled: that alone hides nothing.
	return d, d.Cancelled || !closed(fields["pickupDropoffType"]) && !closed(place["pickupType"])
}

// during tells whether a time is in one of some periods, or there are none.
func during(periods gjson.Result, at time.Time) bool {
	within, some := false, false
	sources.Items(periods, func(v gjson.Result) {
		from, to := sources.Time(v.Get("start")), sources.Time(v.Get("end"))
		some, within = true, within || !at.Before(from) && (to.IsZero() || at.Before(to))
	})
	return within || !some
}
