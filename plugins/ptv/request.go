package ptv

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	sources "ptvd/plugins/departures"
)

// request is the path and query of one request.
type request struct {
	path  string
	query url.Values
	of    string // what it asks for: route 4; empty: all that is configured
}

// maxRouteRequests is up to how many routes are asked for one by one. The API counts
// max_results for each route and direction, so that a bus interchange without a route
// sends many times what is needed.
const maxRouteRequests = 4

// requests returns the requests for what is configured. The API filters by at most one
// route and one direction; matches does the rest, and all of the platforms, since
// replacement buses have none.
func (c Config) requests() []request {
	path := fmt.Sprintf("/v3/departures/route_type/%d/stop/%d", routeType(c.RouteType), c.Stop)
	query := url.Values{
		"expand":            {"Stop", "Run", "Route", "Direction", "Disruption"},
		"max_results":       {strconv.Itoa(c.maxResults())},
		"include_cancelled": {strconv.FormatBool(c.IncludeCancelled)},
	}
	if len(c.Directions) == 1 {
		query.Set("direction_id", strconv.Itoa(c.Directions[0]))
	}
	if len(c.Routes) == 0 || len(c.Routes) > maxRouteRequests {
		return []request{{path, query, ""}}
	}
	var all []request
	for _, route := range c.Routes {
		all = append(all, request{path + "/route/" + strconv.Itoa(route), query, "route " + strconv.Itoa(route)})
	}
	return all
}

// maxResults is the max_results of a request; without it the API sends no real-time
// estimates. It counts for each route and direction. It includes the departures within
// the walk, at most one every two minutes in a direction, and one more, which tells
// whether there are others. If matches drops departures, more are requested.
func (c Config) maxResults() int {
	const headway = 2 * time.Minute
	n := c.Count + int((c.Walk+headway-1)/headway) + 1
	if len(c.Routes) > maxRouteRequests || len(c.Platforms) > 0 {
		return max(n, min(3*n, 100)) // more would take a small board too long to decode
	}
	return n
}

// complete tells whether a reply contains all departures: fewer in each direction than
// requested. A departure without route or direction may match the filter or not, and
// platforms are not known far ahead.
func (c Config) complete(all []departure) bool {
	inDirection := map[string]int{}
	for _, d := range all {
		inDirection[d.direction]++
		if d.direction == "" || d.route == "" || inDirection[d.direction] >= c.maxResults() {
			return false
		}
	}
	return len(c.Platforms) == 0
}

// departures makes one of the requests for what is configured. The time is the board's,
// for a reply without one; zero if its clock is not synchronized.
func (c Client) departures(ctx context.Context, cfg Config, r request, now time.Time) (sources.Reply, error) {
	reply, err := c.get(ctx, r.path, r.query)
	if err != nil {
		return sources.Reply{}, err
	}
	found, all, err := decodeTimetable(reply.members, cfg.Stop)
	if err != nil {
		return sources.Reply{}, err
	}
	found.At = now
	if !reply.at.IsZero() {
		found.At = reply.at // the server's clock is right
	}
	found.Complete = found.Complete && cfg.complete(all)
	found.IDs = occurring(all)
	for _, d := range all {
		if cfg.matches(d) {
			found.List = append(found.List, d.Departure)
		}
	}
	return found, nil
}

// everything returns the configuration of the request without the filter.
func (c Config) everything() Config {
	c.Routes, c.Directions, c.Platforms = nil, nil, nil
	c.Count, c.Walk = 3, 0
	return c
}

// filters returns what the filter can name.
func (c Config) filters() []sources.Filter {
	return []sources.Filter{
		{Kind: "routes", IDs: texts(c.Routes, strconv.Itoa)},
		{Kind: "directions", IDs: texts(c.Directions, strconv.Itoa)},
		{Kind: "platforms", IDs: texts(c.Platforms, func(p Platform) string { return strings.ToUpper(string(p)) })},
	}
}

func texts[T any](list []T, text func(T) string) (all []string) {
	for _, item := range list {
		all = append(all, text(item))
	}
	return all
}

// occurring returns the ids of departures, by kind, as far as a filter can name them.
func occurring(list []departure) map[string][]string {
	ids := map[string][]string{}
	for _, d := range list {
		for kind, id := range map[string]string{"routes": d.route, "directions": d.direction, "platforms": strings.ToUpper(d.Platform)} {
			if canName(kind, id) && !slices.Contains(ids[kind], id) {
				ids[kind] = append(ids[kind], id)
			}
		}
	}
	return ids
}

// canName tells whether a filter can name an id of a kind.
func canName(kind, id string) bool {
	if kind == "platforms" {
		return new(Platform).UnmarshalText([]byte(id)) == nil
	}
	_, err := strconv.ParseUint(id, 10, 31)
	return err == nil
}

// matches tells whether a departure is configured. A bus that replaces a train stops
// before the station, so it is not asked for its platform.
func (c Config) matches(d departure) bool {
	return d.boards && (c.IncludeCancelled || !d.Cancelled) &&
		allows(c.Routes, func(id int) bool { return strconv.Itoa(id) == d.route }) &&
		allows(c.Directions, func(id int) bool { return strconv.Itoa(id) == d.direction }) &&
		(d.ReplacedByBus || allows(c.Platforms, func(p Platform) bool { return strings.EqualFold(string(p), d.Platform) }))
}

// allows tells whether a filter is empty, or has an element for which is returns true.
func allows[T any](filter []T, is func(T) bool) bool {
	return len(filter) == 0 || slices.ContainsFunc(filter, is)
}
