package ptv

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	sources "ptvd/plugins/departures"
	"ptvd/plugins/topics"
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
// route and one direction; the filter does the rest, and all of the platforms, since
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

// maxResults is the max_results of a request, which counts for each route and direction;
// without it the API sends no real-time estimates.
func (c Config) maxResults() int {
	if len(c.Routes) > maxRouteRequests || len(c.Platforms) > 0 {
		return c.Wanted(3)
	}
	return c.Wanted(1)
}

// complete tells whether a reply contains all departures: fewer in each direction than
// requested. A departure without route or direction may match the filter or not, and
// platforms are not known far ahead.
func (c Config) complete(all []topics.Departure) bool {
	inDirection := map[string]int{}
	for _, d := range all {
		inDirection[d.DirectionID]++
		if d.DirectionID == "" || d.RouteID == "" || inDirection[d.DirectionID] >= c.maxResults() {
			return false
		}
	}
	return len(c.Platforms) == 0
}

// departures makes one of the requests for what is configured.
func (c Client) departures(ctx context.Context, cfg Config, r request) (sources.Reply, error) {
	reply, at, err := c.get(ctx, r.path, r.query)
	if err != nil {
		return sources.Reply{}, err
	}
	found, all, err := decodeTimetable(reply, cfg.Stop)
	found.At, found.Zone, found.Complete = at, melbourne, found.Complete && cfg.complete(all)
	for i := range found.List {
		found.List[i].Mode, found.List[i].Bay = modes[cfg.RouteType], modes[cfg.RouteType] != "train"
	}
	return found, err
}

// everything returns the configuration of the request without the filter.
func (c Config) everything() Config {
	c.Routes, c.Directions, c.Platforms = nil, nil, nil
	c.Count, c.Walk = 3, 0
	return c
}

// filter returns which departures are wanted.
func (c Config) filter() topics.Filter {
	return topics.Filter{
		Routes: texts(c.Routes, strconv.Itoa), Directions: texts(c.Directions, strconv.Itoa),
		Signs: topics.Signs{Platforms: texts(c.Platforms, func(p Platform) string { return strings.ToUpper(string(p)) })},
	}
}

func texts[T any](list []T, text func(T) string) (all []string) {
	for _, item := range list {
		all = append(all, text(item))
	}
	return all
}
