package ptv

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
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
func (c Client) departures(ctx context.Context, cfg Config, r request, now time.Time) (timetable, error) {
	reply, err := c.get(ctx, r.path, r.query)
	if err != nil {
		return timetable{}, err
	}
	found, err := decodeTimetable(reply.members, cfg.Stop)
	if err != nil {
		return timetable{}, err
	}
	found.at = now
	if !reply.at.IsZero() {
		found.at = reply.at // the server's clock is right
	}
	found.complete = found.complete && cfg.complete(found.list)
	found.ids = occurring(found.list)
	found.list = slices.DeleteFunc(found.list, func(d departure) bool { return !cfg.matches(d) })
	return found, nil
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
