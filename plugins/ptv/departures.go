package ptv

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"ptvd/plugins/topics"
)

// departuresReply has the fields of a /v3/departures reply that are used.
type departuresReply struct {
	Departures list[struct {
		RouteID     scalar       `json:"route_id"`
		RunRef      scalar       `json:"run_ref"`
		DirectionID scalar       `json:"direction_id"`
		Disruptions list[scalar] `json:"disruption_ids"`
		Scheduled   scalar       `json:"scheduled_departure_utc"`
		Estimated   scalar       `json:"estimated_departure_utc"`
		AtPlatform  scalar       `json:"at_platform"`
		Platform    scalar       `json:"platform_number"`
		Flags       scalar       `json:"flags"`
	}] `json:"departures"`
	Stops table[struct {
		Name scalar `json:"stop_name"`
	}] `json:"stops"`
	Routes table[struct {
		Name   scalar `json:"route_name"`
		Number scalar `json:"route_number"`
	}] `json:"routes"`
	Runs table[struct {
		Destination  scalar `json:"destination_name"`
		Status       scalar `json:"status"`
		ExpressStops scalar `json:"express_stop_count"`
	}] `json:"runs"`
	Directions table[struct {
		Name scalar `json:"direction_name"`
	}] `json:"directions"`
	Disruptions table[disruption] `json:"disruptions"`
}

type disruption struct {
	Title scalar `json:"title"`
	From  scalar `json:"from_date"`
	To    scalar `json:"to_date"`
}

// timetable is the content of a reply.
type timetable struct {
	stop     string // the stop's name
	list     []departure
	complete bool // the list has all departures
}

// departure is a departure with the ids that are filtered by.
type departure struct {
	topics.Departure
	route, direction string
}

// decodeTimetable decodes a reply. If no departure is valid although there are some, that
// is an error.
func decodeTimetable(body []byte, stop int) (timetable, error) {
	var r departuresReply
	if !decode(body, &r) || !r.Departures.valid {
		return timetable{}, invalidReply("no list of departures")
	}
	found := timetable{
		stop:     clean(string(r.Stops[scalar(strconv.Itoa(stop))].Name), maxName),
		complete: r.Departures.skipped == 0,
	}
	for i := range r.Departures.items {
		d, ok := r.departure(i)
		if !ok {
			found.complete = false
			continue
		}
		found.list = append(found.list, d)
	}
	if len(found.list) == 0 && len(r.Departures.items)+r.Departures.skipped > 0 {
		return timetable{}, invalidReply("no valid departure")
	}
	return found, nil
}

// departure returns a departure with its run, route and so on; false: it has no time.
func (r *departuresReply) departure(i int) (departure, bool) {
	raw := r.Departures.items[i]
	route, run := r.Routes[raw.RouteID], r.Runs[raw.RunRef]
	name := func(v scalar) string { return clean(string(v), maxName) }
	d := departure{
		route:     string(raw.RouteID),
		direction: string(raw.DirectionID),
		Departure: topics.Departure{
			Scheduled:     raw.Scheduled.time(),
			Estimated:     raw.Estimated.time(),
			Route:         name(route.Name),
			Number:        name(route.Number),
			Direction:     name(r.Directions[raw.DirectionID].Name),
			Destination:   name(run.Destination),
			Platform:      name(raw.Platform),
			Express:       run.ExpressStops.int() > 0,
			Cancelled:     strings.EqualFold(string(run.Status), "cancelled"),
			ReplacedByBus: strings.Contains(string(raw.Flags), "RRB"),
			AtPlatform:    raw.AtPlatform.bool(),
		},
	}
	if d.Scheduled.IsZero() {
		d.Scheduled = d.Estimated
	}
	if d.Scheduled.IsZero() {
		return departure{}, false
	}
	d.Destination = cmp.Or(d.Destination, d.Direction)
	d.Headsign = headsign(d.Destination, d.Route)
	d.Disruptions = r.disruptionsAt(d.When(), raw.Disruptions.items)
	return d, true
}

// headsign returns what the front of the vehicle shows, as far as it is known: the
// destination without the street in the name of a bus stop, and "via …" if the route's
// name has it ("Here - There via Elsewhere (since May)").
func headsign(destination, route string) string {
	place, _, _ := strings.Cut(destination, "/")
	_, via, _ := strings.Cut(route, " via ")
	via, _, _ = strings.Cut(via, " (")
	if place = strings.TrimSpace(place); place == "" || via == "" {
		return place
	}
	return place + " via " + via
}

// maxDisruptions limits the titles of one departure.
const maxDisruptions = 5

// disruptionsAt returns the titles of the disruptions at a time; planned works are listed
// weeks ahead.
func (r *departuresReply) disruptionsAt(at time.Time, ids []scalar) (titles []string) {
	for _, id := range ids {
		d := r.Disruptions[id]
		from, to := d.From.time(), d.To.time()
		title := clean(string(d.Title), maxTitle)
		if title == "" || at.Before(from) || !to.IsZero() && at.After(to) ||
			len(titles) == maxDisruptions || slices.Contains(titles, title) {
			continue
		}
		titles = append(titles, title)
	}
	return titles
}
