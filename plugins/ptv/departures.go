package ptv

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"ptvd/plugins/topics"
)

// departuresReply has the fields of a /v3/departures reply that are used.
type departuresReply struct {
	Departures list[rawDeparture] `json:"departures"`
	Stops      table[struct {
		Name scalar `json:"stop_name"`
	}] `json:"stops"`
	Routes table[struct {
		Name   scalar `json:"route_name"`
		Number scalar `json:"route_number"`
	}] `json:"routes"`
	Runs table[struct {
		Destination  scalar `json:"destination_name"`
		FinalStop    scalar `json:"final_stop_id"`
		Status       scalar `json:"status"`
		ExpressStops scalar `json:"express_stop_count"`
	}] `json:"runs"`
	Directions table[struct {
		Name scalar `json:"direction_name"`
	}] `json:"directions"`
	Disruptions table[disruption] `json:"disruptions"`
}

// rawDeparture is a departure as the API writes it.
type rawDeparture struct {
	RouteID     scalar       `json:"route_id"`
	RunRef      scalar       `json:"run_ref"`
	DirectionID scalar       `json:"direction_id"`
	Disruptions list[scalar] `json:"disruption_ids"`
	Scheduled   scalar       `json:"scheduled_departure_utc"`
	Estimated   scalar       `json:"estimated_departure_utc"`
	AtPlatform  scalar       `json:"at_platform"`
	Platform    scalar       `json:"platform_number"`
	Flags       scalar       `json:"flags"`
	Sequence    scalar       `json:"departure_sequence"`
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
	complete bool                // the list has all departures
	empty    bool                // a reply has none at all
	ids      map[string][]string // that occur, by kind, before the filter
	doubt    string              // why not all of it can be relied on; empty: it can
	at       time.Time           // when it was made; zero: not known
}

// departure is a departure with the ids that are filtered by.
type departure struct {
	topics.Departure
	route, direction string
	boards           bool // one can get on
}

// decodeTimetable decodes a reply. If no departure is valid although there are some, that
// is an error.
func decodeTimetable(body []byte, stop int) (timetable, error) {
	var r departuresReply
	if !decode(body, &r) || !r.Departures.valid {
		return timetable{}, invalidReply("no list of departures")
	}
	id := scalar(strconv.Itoa(stop))
	found := timetable{
		stop:     clean(string(r.Stops[id].Name), maxName),
		complete: r.Departures.skipped == 0,
		empty:    len(r.Departures.items)+r.Departures.skipped == 0,
		doubt:    r.doubt(),
	}
	for i := range r.Departures.items {
		d, ok := r.departure(i)
		if !ok {
			found.complete = false
			continue
		}
		d.boards = r.boards(i, id)
		found.list = append(found.list, d)
	}
	if len(found.list) == 0 && !found.empty {
		return timetable{}, invalidReply("no valid departure")
	}
	return found, nil
}

// doubt returns why not all of a reply can be relied on.
func (r *departuresReply) doubt() string {
	noRun := func(d rawDeparture) bool {
		_, ok := r.Runs[d.RunRef]
		return !ok
	}
	switch {
	case max(len(r.Stops), len(r.Routes), len(r.Runs), len(r.Directions), len(r.Disruptions)) >= maxEntries:
		return fmt.Sprintf("a table of the reply has more than %d entries; names may be missing", maxEntries)
	case slices.ContainsFunc(r.Departures.items, noRun):
		return "departures of the reply have no run; whether they are cancelled is not known"
	}
	return ""
}

// boards tells whether one can get on: not where passengers are only set down, and not
// where the run ends. A loop also begins here, or calls here twice and ends at the
// second call.
func (r *departuresReply) boards(i int, stop scalar) bool {
	d := r.Departures.items[i]
	if hasFlag(d.Flags, "DOO") {
		return false
	}
	if r.Runs[d.RunRef].FinalStop != stop || d.Sequence == "1" {
		return true
	}
	return slices.ContainsFunc(r.Departures.items, func(other rawDeparture) bool {
		return other.RunRef == d.RunRef && other.Scheduled.time().After(d.Scheduled.time())
	})
}

// hasFlag tells whether a departure has a flag. Flags are separated by hyphens, and
// some go on after an underscore: S_WCA-RUN_289. Other flags say nothing about
// departures.
func hasFlag(flags scalar, flag string) bool {
	return slices.Contains(strings.Split(string(flags), "-"), flag)
}

// departure returns a departure with its run, route and so on; false: it has no time.
func (r *departuresReply) departure(i int) (departure, bool) {
	raw := r.Departures.items[i]
	route := r.Routes[raw.RouteID]
	run, known := r.Runs[raw.RunRef] // of one that is not known, nobody knows whether it is cancelled
	name := func(v scalar) string { return clean(string(v), maxName) }
	d := departure{
		route:     string(raw.RouteID),
		direction: string(raw.DirectionID),
		Departure: topics.Departure{
			Scheduled:     raw.Scheduled.time(),
			Estimated:     raw.Estimated.time(),
			Route:         name(route.Name),
			Number:        cmp.Or(name(route.Number), numberIn(string(route.Name))),
			Direction:     name(r.Directions[raw.DirectionID].Name),
			Destination:   name(run.Destination),
			Platform:      name(raw.Platform),
			Express:       run.ExpressStops.int() > 0,
			Cancelled:     strings.EqualFold(string(run.Status), "cancelled"),
			ReplacedByBus: hasFlag(raw.Flags, "RRB"),
			AtPlatform:    raw.AtPlatform.bool(),
			Run:           name(raw.RunRef),
			Presumed:      !known,
		},
	}
	if d.Scheduled.IsZero() {
		d.Scheduled = d.Estimated
	}
	if d.Scheduled.IsZero() {
		return departure{}, false
	}
	d.Destination = cmp.Or(d.Destination, d.Direction)
	d.Headsign = headsign(d.Destination)
	if raw.RouteID == cityCircle {
		d.Route, d.Headsign = "City Circle", "City Circle"
	}
	d.Disruptions = r.disruptionsAt(d.When(), raw.Disruptions.items)
	return d, true
}

// cityCircle is the route of the trains that run around Melbourne's City Loop. They
// end at Flinders Street like others, and the route may be missing in a reply.
const cityCircle = "99"

// headsign returns what the front of the vehicle shows: the destination without the
// street in the name of a bus stop. The names of routes have a "via" for the whole
// route; whether that lies ahead is not known, so it is left out.
func headsign(destination string) string {
	place, _, _ := strings.Cut(destination, "/")
	return strings.TrimSpace(place)
}

// numberIn returns the number in a route's name, "Box Hill - Monash (Route 737)",
// which may stand there alone.
func numberIn(routeName string) string {
	_, number, _ := strings.Cut(routeName, "(Route ")
	number, _, _ = strings.Cut(number, ")")
	return clean(number, maxNumber)
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
