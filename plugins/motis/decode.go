package motis

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"ptvd/plugins"
	sources "ptvd/plugins/departures"
	"ptvd/plugins/topics"
)

const (
	maxTitle  = 200 // characters of an alert
	maxAlerts = 5   // of one departure
	maxRun    = 200 // characters of the ID of a trip
)

// decodeStopTimes decodes a reply of /stoptimes. If no departure is valid although there
// are some, that is an error.
func decodeStopTimes(reply map[string]gjson.Result) (found sources.Reply, err error) {
	if !reply["stopTimes"].IsArray() {
		return found, sources.InvalidReply("no list of departures")
	}
	found.Stop, found.Complete, found.Empty = sources.Name(reply["place"].Get("name")), true, true
	valid := false
	all := sources.Items(reply["stopTimes"], func(v gjson.Result) {
		found.Empty = false
		d, boards := decodeStopTime(v)
		if d.Scheduled.IsZero() {
			found.Complete = false
			return
		}
		if valid = true; boards {
			found.List = append(found.List, d)
		}
	})
	if !valid && !found.Empty {
		return sources.Reply{}, sources.InvalidReply("no valid departure")
	}
	found.Complete = found.Complete && all
	return found, nil
}

// decodeStopTime reads a departure, and whether one can get on. A departure that has no
// time is invalid.
func decodeStopTime(v gjson.Result) (d topics.Departure, boards bool) {
	fields := map[string]gjson.Result{}
	sources.Members(v, func(name string, v gjson.Result) { fields[name] = v })
	place := map[string]gjson.Result{}
	sources.Members(fields["place"], func(name string, v gjson.Result) { place[name] = v })
	d = topics.Departure{
		Scheduled:   sources.Time(place["scheduledDeparture"]),
		Run:         sources.Clean(sources.Text(fields["tripId"]), maxRun),
		Route:       sources.Name(fields["routeLongName"]),
		Number:      cmp.Or(sources.Name(fields["routeShortName"]), sources.Name(fields["displayName"])),
		Destination: cmp.Or(sources.Name(fields["tripTo"].Get("name")), sources.Name(fields["headsign"])),
		Headsign:    cmp.Or(sources.Name(fields["headsign"]), sources.Name(fields["tripTo"].Get("name"))),
		Platform:    cmp.Or(sources.Name(place["track"]), sources.Name(place["scheduledTrack"])),
		Cancelled:   sources.Bool(fields["cancelled"]) || sources.Bool(fields["tripCancelled"]) || sources.Bool(place["cancelled"]),
	}
	if sources.Bool(fields["realTime"]) {
		d.Estimated = sources.Time(place["departure"])
	}
	if d.Scheduled.IsZero() {
		d.Scheduled = sources.Time(place["departure"])
	}
	d.Disruptions = alerts(place["alerts"], d.When())
	closed := func(v gjson.Result) bool { return sources.Text(v) == "NOT_ALLOWED" }
	// Nobody can get on where a service is cancelled: that alone hides nothing.
	return d, d.Cancelled || !closed(fields["pickupDropoffType"]) && !closed(place["pickupType"])
}

// alerts returns the headers of the alerts that count at a time.
func alerts(list gjson.Result, at time.Time) (titles []string) {
	sources.Items(list, func(v gjson.Result) {
		title := sources.Clean(sources.Text(v.Get("headerText")), maxTitle)
		if title != "" && len(titles) < maxAlerts && !slices.Contains(titles, title) &&
			during(v.Get("impactPeriod"), at) && during(v.Get("communicationPeriod"), at) {
			titles = append(titles, title)
		}
	})
	return titles
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

// Stop is a stop that was found.
type Stop struct {
	ID, Name string
	Area     string   // the town, or whatever tells it from others
	Modes    []string // TRAM, BUS
	Position plugins.Position
}

// decodeStops decodes a reply of /geocode.
func decodeStops(list gjson.Result) (stops []Stop, err error) {
	if !list.IsArray() {
		return nil, sources.InvalidReply("no list of stops")
	}
	sources.Items(list, func(v gjson.Result) {
		if sources.Text(v.Get("type")) != "STOP" {
			return
		}
		stop := Stop{
			ID: sources.Clean(sources.Text(v.Get("id")), maxRun), Name: sources.Name(v.Get("name")),
			Position: plugins.Position{Latitude: v.Get("lat").Float(), Longitude: v.Get("lon").Float()},
		}
		var areas []string
		sources.Items(v.Get("areas"), func(area gjson.Result) {
			if name := sources.Name(area.Get("name")); sources.Bool(area.Get("default")) && name != "" {
				areas = append(areas, name)
			}
		})
		stop.Area = strings.Join(areas, ", ")
		sources.Items(v.Get("modes"), func(mode gjson.Result) { stop.Modes = append(stop.Modes, sources.Name(mode)) })
		stops = append(stops, stop)
	})
	return stops, nil
}
