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

// timetable has what is used of a /v3/departures reply. Ids are texts.
type timetable struct {
	cut bool // a table has too many entries

	Departures []row
	Stops      map[string]struct {
		Name string `json:"stop_name"`
	}
	Directions map[string]struct {
		Name string `json:"direction_name"`
	}
	Routes map[string]struct {
		Name   string `json:"route_name" as:"text"`
		Number string `json:"route_number"`
	}
	Runs map[string]struct {
		Destination string `json:"destination_name"`
		FinalStop   string `json:"final_stop_id" as:"text"`
		Status      string `as:"text"`
		Passed      int    `json:"express_stop_count"`
	}
	Disruptions map[string]disruption
}

// row is a departure as the API writes it.
type row struct {
	Route       string    `json:"route_id" as:"id"`
	Run         string    `json:"run_ref" as:"text"`
	Direction   string    `json:"direction_id" as:"id"`
	Scheduled   time.Time `json:"scheduled_departure_utc"`
	Estimated   time.Time `json:"estimated_departure_utc"`
	AtPlatform  bool      `json:"at_platform"`
	Platform    string    `json:"platform_number"`
	Sequence    string    `json:"departure_sequence" as:"text"`
	Flags       string    `as:"text"`
	Disruptions []string  `json:"disruption_ids" as:"text"`
}

func (d row) flags() []string { return strings.Split(d.Flags, "-") }

type disruption struct {
	Title string    `as:"title"`
	From  time.Time `json:"from_date"`
	To    time.Time `json:"to_date"`
}

// decodeTimetable decodes a reply, and returns beside it all departures, also those of
// vehicles that one cannot get on.
func decodeTimetable(reply gjson.Result, stop int) (found sources.Reply, all []topics.Departure, err error) {
	var r timetable
	r.cut = !sources.Read(reply, &r)
	for i := range r.Departures {
		d := &r.Departures[i]
		d.Scheduled = cmp.Or(d.Scheduled, d.Estimated)
	}
	found, err = sources.Decode(r.Departures, !r.cut, func(d row) (topics.Departure, bool) { return r.departure(d), true })
	r.Departures = slices.DeleteFunc(r.Departures, func(d row) bool { return d.Scheduled.IsZero() })
	all, found.List = found.List, nil
	id := strconv.Itoa(stop)
	for i, d := range all {
		if r.boards(r.Departures[i], id) {
			found.List = append(found.List, d)
		}
	}
	found.Stop, found.Doubt, found.Unknown = r.Stops[id].Name, r.doubt(), r.unknown()
	return found, all, err
}

// doubt returns why not all of a reply can be relied on.
func (r *timetable) doubt() string {
	noRun := func(d row) bool {
		_, ok := r.Runs[d.Run]
		return !ok
	}
	switch {
	case r.cut:
		return fmt.Sprintf("a table of the reply has more than %d entries; names may be missing", sources.MaxItems)
	case slices.ContainsFunc(r.Departures, noRun):
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
func (r *timetable) unknown() (words []string) {
	add := func(kind, word string) {
		if word = kind + " " + sources.Clean(word, maxNumber); !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	for _, d := range r.Departures {
		for _, flag := range d.flags() {
			if !slices.Contains(flags, flag) && !strings.Contains(flag, "_") {
				add("flag", flag)
			}
		}
		if status := strings.ToLower(r.Runs[d.Run].Status); !slices.Contains(statuses, status) {
			add("status", status)
		}
	}
	return words
}

// boards tells whether one can get on: not where passengers are only set down, and not
// where the run ends. A loop also begins here, or calls here twice and ends at the
// second call.
func (r *timetable) boards(d row, stop string) bool {
	if slices.Contains(d.flags(), setDownOnly) {
		return false
	}
	if r.Runs[d.Run].FinalStop != stop || d.Sequence == "1" {
		return true
	}
	return slices.ContainsFunc(r.Departures, func(other row) bool { return other.Run == d.Run && other.Scheduled.After(d.Scheduled) })
}

func (r *timetable) departure(raw row) topics.Departure {
	route, direction := r.Routes[raw.Route], r.Directions[raw.Direction].Name
	run, known := r.Runs[raw.Run] // without its run, it is not known whether a departure is cancelled
	d := topics.Departure{
		Scheduled:     raw.Scheduled,
		Estimated:     raw.Estimated,
		RouteID:       sources.Clean(raw.Route, maxNumber),
		Route:         sources.Clean(route.Name, maxName),
		Number:        cmp.Or(route.Number, numberIn(route.Name)),
		DirectionID:   sources.Clean(raw.Direction, maxNumber),
		Direction:     direction,
		Destination:   cmp.Or(run.Destination, direction),
		Platform:      raw.Platform,
		Express:       run.Passed > 0,
		Cancelled:     strings.EqualFold(run.Status, "cancelled"),
		ReplacedByBus: slices.Contains(raw.flags(), byBus),
		AtPlatform:    raw.AtPlatform,
		Run:           sources.Clean(raw.Run, maxName),
		Presumed:      !known,
	}
	d.Headsign = headsign(d.Destination)
	if raw.Route == cityCircle {
		d.Route, d.Headsign = "City Circle", "City Circle"
	}
	for _, id := range raw.Disruptions {
		if one := r.Disruptions[id]; one.at(d.When()) {
			d.Disruptions = append(d.Disruptions, one.Title)
		}
	}
	return d
}

// at tells whether it disturbs at a time; planned works are listed weeks ahead.
func (d disruption) at(t time.Time) bool {
	return !t.Before(d.From) && (d.To.IsZero() || !t.After(d.To))
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
