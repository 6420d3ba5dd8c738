package ptv

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// request returns the path and query for what is configured. The API filters by at most
// one route and one direction; filter does the rest.
func (c Config) request() (path string, query url.Values) {
	path = fmt.Sprintf("/v3/departures/route_type/%d/stop/%d", routeType(c.RouteType), c.Stop)
	query = url.Values{
		"expand":            {"Stop", "Run", "Route", "Direction", "Disruption"},
		"max_results":       {strconv.Itoa(c.maxResults())},
		"include_cancelled": {strconv.FormatBool(c.IncludeCancelled)},
	}
	if len(c.Directions) == 1 {
		query.Set("direction_id", strconv.Itoa(c.Directions[0]))
	}
	if len(c.Routes) == 1 {
		return path + "/route/" + strconv.Itoa(c.Routes[0]), query
	}
	for _, p := range c.Platforms { // the path with a route ignores them
		query.Add("platform_numbers", string(p))
	}
	return path, query
}

// maxResults is the max_results of a request; without it the API sends no real-time
// estimates. It counts for each direction. It includes the departures within the walk, at
// most one every two minutes in a direction, and one more, which tells whether there are
// others. If filter drops departures, more are requested.
func (c Config) maxResults() int {
	const headway = 2 * time.Minute
	n := c.Count + int((c.Walk+headway-1)/headway) + 1
	if len(c.Routes) > 1 || len(c.Routes) == 1 && len(c.Platforms) > 0 {
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

// departures fetches and filters departures.
func (c Client) departures(ctx context.Context, cfg Config) (timetable, error) {
	path, query := cfg.request()
	reply, err := c.get(ctx, path, query)
	if err != nil {
		return timetable{}, err
	}
	found, err := decodeTimetable(reply.body, cfg.Stop)
	kept, truncated := cfg.filter(found.list, reply.at)
	found.complete = found.complete && !truncated && cfg.complete(found.list)
	found.list = kept
	return found, err
}

// maxPast is how long ago a departure may have left to be kept.
const maxPast = 10 * time.Minute

// filter returns the configured departures, sorted by time: up to count that run and can
// be caught at the time of the reply, and those before them. It uses the server's clock,
// since the board's may not be synchronized. It also tells whether count left any out.
func (c Config) filter(all []departure, now time.Time) (kept []departure, truncated bool) {
	slices.SortStableFunc(all, func(a, b departure) int {
		return cmp.Or(a.When().Compare(b.When()), a.Scheduled.Compare(b.Scheduled))
	})
	catchable := 0
	for _, d := range all {
		switch {
		case d.When().Before(now.Add(-maxPast)), d.Cancelled && !c.IncludeCancelled, !c.matches(d):
			continue
		case !d.Cancelled && !d.When().Before(now.Add(c.Walk)):
			catchable++
		}
		if catchable > c.Count {
			return kept, true
		}
		kept = append(kept, d)
	}
	return kept, false
}

func (c Config) matches(d departure) bool {
	return allows(c.Routes, func(id int) bool { return strconv.Itoa(id) == d.route }) &&
		allows(c.Directions, func(id int) bool { return strconv.Itoa(id) == d.direction }) &&
		allows(c.Platforms, func(p Platform) bool { return strings.EqualFold(string(p), d.Platform) })
}

// allows tells whether a filter is empty, or has an element for which is returns true.
func allows[T any](filter []T, is func(T) bool) bool {
	return len(filter) == 0 || slices.ContainsFunc(filter, is)
}
