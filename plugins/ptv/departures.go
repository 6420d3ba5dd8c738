package ptv

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	sources "ptvd/plugins/departures"
	"ptvd/plugins/topics"
)

// departuresReply has what is used of a /v3/departures reply. Ids are texts.
type departuresReply struct {
	departures  []rawDeparture    // the valid ones
	cut         bool              // a table has too many entries
	stops       map[string]string // their names
	routes      map[string]rawRoute
	runs        map[string]rawRun
	directions  map[string]string // their names
	disruptions map[string]disruption
}

// rawDeparture is a departure as the API writes it.
type rawDeparture struct {
	route, run, direction string
	scheduled, estimated  time.Time
	atPlatform            bool
	platform, sequence    string
	flags                 []string
	disruptions           []string
}

type rawRoute struct{ name, number string }

type rawRun struct {
	destination, finalStop, status string
	express                        bool
}

type disruption struct {
	title    string
	from, to time.Time
}

// decodeTimetable decodes a reply, and returns beside it all departures, also those of
// vehicles that one cannot get on.
func decodeTimetable(reply map[string]gjson.Result, stop int) (found sources.Reply, all []topics.Departure, err error) {
	r := decodeTables(reply)
	found, err = sources.Decode(reply["departures"], func(v gjson.Result) (topics.Departure, bool) {
		d := decodeDeparture(v)
		if !d.scheduled.IsZero() {
			r.departures = append(r.departures, d)
		}
		return r.departure(d), true
	})
	id := strconv.Itoa(stop)
	all, found.List = found.List, nil
	for i, d := range all {
		if r.boards(i, id) {
			found.List = append(found.List, d)
		}
	}
	found.Stop, found.Doubt, found.Unknown = r.stops[id], r.doubt(), r.unknown()
	return found, all, err
}

// decodeTables reads the tables that are used. One that is missing or of a wrong type is
// empty.
func decodeTables(reply map[string]gjson.Result) (r departuresReply) {
	read := func(table string, use func(id string, v map[string]gjson.Result)) {
		var reader sources.Reader
		all := sources.Members(reply[table], func(id string, v gjson.Result) { use(strings.Clone(id), reader.Fields(v)) })
		r.cut = r.cut || reply[table].IsObject() && !all
	}
	r.stops, r.directions = map[string]string{}, map[string]string{}
	r.routes, r.runs, r.disruptions = map[string]rawRoute{}, map[string]rawRun{}, map[string]disruption{}
	read("stops", func(id string, v map[string]gjson.Result) { r.stops[id] = sources.Name(v["stop_name"]) })
	read("directions", func(id string, v map[string]gjson.Result) { r.directions[id] = sources.Name(v["direction_name"]) })
	read("routes", func(id string, v map[string]gjson.Result) {
		r.routes[id] = rawRoute{sources.Text(v["route_name"]), sources.Name(v["route_number"])}
	})
	read("runs", func(id string, v map[string]gjson.Result) {
		r.runs[id] = rawRun{
			sources.Name(v["destination_name"]), sources.Text(v["final_stop_id"]), strings.ToLower(sources.Text(v["status"])),
			v["express_stop_count"].Int() > 0,
		}
	})
	read("disruptions", func(id string, v map[string]gjson.Result) {
		r.disruptions[id] = disruption{sources.Title(v["title"]), sources.Time(v["from_date"]), sources.Time(v["to_date"])}
	})
	return r
}

// decodeDeparture reads a departure. If nothing says when it leaves, it has no time.
func decodeDeparture(v gjson.Result) (d rawDeparture) {
	sources.Members(v, func(name string, v gjson.Result) {
		switch name {
		case "route_id":
			d.route = sources.ID(v)
		case "run_ref":
			d.run = sources.Text(v)
		case "direction_id":
			d.direction = sources.ID(v)
		case "disruption_ids":
			sources.Items(v, func(v gjson.Result) { d.disruptions = append(d.disruptions, sources.Text(v)) })
		case "scheduled_departure_utc":
			d.scheduled = sources.Time(v)
		case "estimated_departure_utc":
			d.estimated = sources.Time(v)
		case "at_platform":
			d.atPlatform = sources.Bool(v)
		case "platform_number":
			d.platform = sources.Name(v)
		case "departure_sequence":
			d.sequence = sources.Text(v)
		case "flags":
			d.flags = strings.Split(sources.Text(v), "-")
		}
	})
	if d.scheduled.IsZero() {
		d.scheduled = d.estimated
	}
	return d
}

// doubt returns why not all of a reply can be relied on.
func (r *departuresReply) doubt() string {
	noRun := func(d rawDeparture) bool {
		_, ok := r.runs[d.run]
		return !ok
	}
	switch {
	case r.cut:
		return fmt.Sprintf("a table of the reply has more than %d entries; names may be missing", sources.MaxItems)
	case slices.ContainsFunc(r.departures, noRun):
		return "departures of the reply have no run; whether they are cancelled is not known"
	}
	return ""
}

// Flags of departures.
const (
	setDownOnly = "DOO"
	byBus       = "RRB"
)

// The flags and statuses of the API. Other flags go on after an underscore: S_WCA.
var (
	flags    = []string{"", setDownOnly, byBus, "E", "GC", "PUO", "RR"}
	statuses = []string{"", "added", "cancelled", "scheduled", "updated"}
)

// unknown returns the flags and statuses that this version does not know.
func (r *departuresReply) unknown() (words []string) {
	add := func(kind, word string) {
		if word = kind + " " + sources.Clean(word, maxNumber); !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	for _, d := range r.departures {
		for _, flag := range d.flags {
			if !slices.Contains(flags, flag) && !strings.Contains(flag, "_") {
				add("flag", flag)
			}
		}
		if status := r.runs[d.run].status; !slices.Contains(statuses, status) {
			add("status", status)
		}
	}
	return words
}

// boards tells whether one can get on: not where passengers are only set down, and not
// where the run ends. A loop also begins here, or calls here twice and ends at the
// second call.
func (r *departuresReply) boards(i int, stop string) bool {
	d := &r.departures[i]
	if slices.Contains(d.flags, setDownOnly) {
		return false
	}
	if r.runs[d.run].finalStop != stop || d.sequence == "1" {
		return true
	}
	return slices.ContainsFunc(r.departures, func(other rawDeparture) bool {
		return other.run == d.run && other.scheduled.After(d.scheduled)
	})
}

// departure returns a departure with its run, route and so on.
func (r *departuresReply) departure(raw rawDeparture) topics.Departure {
	route := r.routes[raw.route]
	run, known := r.runs[raw.run] // without its run, it is not known whether a departure is cancelled
	d := topics.Departure{
		Scheduled:     raw.scheduled,
		Estimated:     raw.estimated,
		RouteID:       sources.Clean(raw.route, maxNumber),
		Route:         sources.Clean(route.name, maxName),
		Number:        cmp.Or(route.number, numberIn(route.name)),
		DirectionID:   sources.Clean(raw.direction, maxNumber),
		Direction:     r.directions[raw.direction],
		Destination:   cmp.Or(run.destination, r.directions[raw.direction]),
		Platform:      raw.platform,
		Express:       run.express,
		Cancelled:     run.status == "cancelled",
		ReplacedByBus: slices.Contains(raw.flags, byBus),
		AtPlatform:    raw.atPlatform,
		Run:           sources.Clean(raw.run, maxName),
		Presumed:      !known,
	}
	d.Headsign = headsign(d.Destination)
	if raw.route == cityCircle {
		d.Route, d.Headsign = "City Circle", "City Circle"
	}
	for _, id := range raw.disruptions {
		if one := r.disruptions[id]; one.at(d.When()) {
			d.Disruptions = sources.AddTitle(d.Disruptions, one.title)
		}
	}
	return d
}

// at tells whether it disturbs at a time; planned works are listed weeks ahead.
func (d disruption) at(t time.Time) bool {
	return !t.Before(d.from) && (d.to.IsZero() || !t.After(d.to))
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
	return sources.Clean(number, maxNumber)
}

const (
	maxName   = 80 // characters of the name of a route or a run
	maxNumber = 8  // characters of a route's number, and of a word that is not known
)
