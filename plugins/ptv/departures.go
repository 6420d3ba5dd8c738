package ptv

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"ptvd/plugins/topics"
)

// departuresReply is a reply of /v3/departures, as far as it is used.
type departuresReply struct {
	Departures list[struct {
		RouteID     text       `json:"route_id"`
		RunRef      text       `json:"run_ref"`
		DirectionID text       `json:"direction_id"`
		Disruptions list[text] `json:"disruption_ids"`
		Scheduled   text       `json:"scheduled_departure_utc"`
		Estimated   text       `json:"estimated_departure_utc"`
		AtPlatform  text       `json:"at_platform"`
		Platform    text       `json:"platform_number"`
		Flags       text       `json:"flags"`
	}] `json:"departures"`
	Stops table[struct {
		Name text `json:"stop_name"`
	}] `json:"stops"`
	Routes table[struct {
		Name   text `json:"route_name"`
		Number text `json:"route_number"`
	}] `json:"routes"`
	Runs table[struct {
		Destination  text `json:"destination_name"`
		Status       text `json:"status"`
		ExpressStops text `json:"express_stop_count"`
	}] `json:"runs"`
	Directions table[struct {
		Name text `json:"direction_name"`
	}] `json:"directions"`
	Disruptions table[disruption] `json:"disruptions"`
}

type disruption struct {
	Title text `json:"title"`
	From  text `json:"from_date"`
	To    text `json:"to_date"`
}

// board is what one reply says of a stop.
type board struct {
	stop     string // its name
	list     []departure
	complete bool // nothing is missing in the list
}

// departure keeps, beside what is published, the ids that a choice goes by.
type departure struct {
	topics.Departure
	route, direction string
}

// boardOf reads a reply. One that holds no departure which can be read, and does
// not plainly say that there is none, is trouble.
func boardOf(body []byte, stop int) (board, error) {
	var r departuresReply
	if !decode(body, &r) || !r.Departures.is {
		return board{}, &Trouble{Words: "odd reply", Detail: "the reply holds no list of departures"}
	}
	b := board{
		stop:     clean(string(r.Stops[text(strconv.Itoa(stop))].Name), maxName),
		complete: r.Departures.odd == 0,
	}
	for i := range r.Departures.items {
		d, ok := r.departure(i)
		if !ok {
			b.complete = false
			continue
		}
		b.list = append(b.list, d)
	}
	if len(b.list) == 0 && len(r.Departures.items)+r.Departures.odd > 0 {
		return board{}, &Trouble{Words: "odd reply", Detail: "no departure of the reply can be read"}
	}
	return b, nil
}

// departure puts together what the reply says of one departure; false: not even
// a time.
func (r *departuresReply) departure(i int) (departure, bool) {
	raw := r.Departures.items[i]
	route, run := r.Routes[raw.RouteID], r.Runs[raw.RunRef]
	name := func(t text) string { return clean(string(t), maxName) }
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
			Express:       run.ExpressStops.count() > 0,
			Cancelled:     strings.EqualFold(string(run.Status), "cancelled"),
			ReplacedByBus: strings.Contains(string(raw.Flags), "RRB"),
			AtPlatform:    raw.AtPlatform.yes(),
		},
	}
	if d.Scheduled.IsZero() {
		d.Scheduled = d.Estimated
	}
	if d.Scheduled.IsZero() {
		return departure{}, false
	}
	d.Destination = orElse(d.Destination, d.Direction)
	d.Headsign = headsign(d.Destination, d.Route)
	d.Disruptions = r.disruptionsAt(d.When(), raw.Disruptions.items)
	return d, true
}

// headsign is what the front of the vehicle says, as far as the data knows: the
// destination without the street that a bus stop's name ends in, and the way
// there where the route's name tells it ("Here - There via Elsewhere (since
// May)").
func headsign(destination, route string) string {
	place, _, _ := strings.Cut(destination, "/")
	_, via, _ := strings.Cut(route, " via ")
	via, _, _ = strings.Cut(via, " (")
	if place = strings.TrimSpace(place); place == "" || via == "" {
		return place
	}
	return place + " via " + via
}

// maxDisruptions bounds the titles of one departure.
const maxDisruptions = 5

// disruptionsAt returns the titles of those that are in force at a time: planned
// works are listed weeks ahead.
func (r *departuresReply) disruptionsAt(at time.Time, ids []text) (titles []string) {
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
