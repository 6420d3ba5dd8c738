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

// request returns the path and query that bring what the configuration asks for.
// The service filters by one route and one direction; of several, keep chooses.
func (c Config) request() (path string, query url.Values) {
	path = fmt.Sprintf("/v3/departures/route_type/%d/stop/%d", routeType(c.RouteType), c.Stop)
	query = url.Values{
		"expand":            {"Stop", "Run", "Route", "Direction", "Disruption"},
		"max_results":       {strconv.Itoa(c.most())},
		"include_cancelled": {strconv.FormatBool(c.IncludeCancelled)},
	}
	if len(c.Directions) == 1 {
		query.Set("direction_id", strconv.Itoa(c.Directions[0]))
	}
	if len(c.Routes) == 1 {
		return path + "/route/" + strconv.Itoa(c.Routes[0]), query
	}
	for _, p := range c.Platforms { // the path with a route does not take them
		query.Add("platform_numbers", string(p))
	}
	return path, query
}

// most is the max_results of a request, without which there is no real time. It
// counts for each direction. Some of them leave within the walk: more often than
// every two minutes nothing leaves in one direction. One more than needed tells
// whether there is more. Where keep chooses, only a part of the reply is wanted.
func (c Config) most() int {
	const headway = 2 * time.Minute
	most := c.Count + int((c.Walk+headway-1)/headway) + 1
	if len(c.Routes) > 1 || len(c.Routes) == 1 && len(c.Platforms) > 0 {
		return max(most, min(3*most, 100)) // more would take a small board its time
	}
	return most
}

// exhausts tells whether a reply with these departures brought all there are: fewer
// in each direction than were asked for. What the service does not say of one may
// be what it is chosen by; and far ahead it knows no platforms.
func (c Config) exhausts(all []departure) bool {
	inDirection := map[string]int{}
	for _, d := range all {
		inDirection[d.direction]++
		if d.direction == "" || d.route == "" || inDirection[d.direction] >= c.most() {
			return false
		}
	}
	return len(c.Platforms) == 0
}

// departures asks for what the configuration wants.
func (c Client) departures(ctx context.Context, cfg Config) (board, error) {
	path, query := cfg.request()
	reply, err := c.get(ctx, path, query)
	if err != nil {
		return board{}, err
	}
	b, err := boardOf(reply.body, cfg.Stop)
	kept, cut := cfg.keep(b.list, reply.at)
	b.complete = b.complete && !cut && cfg.exhausts(b.list)
	b.list = kept
	return b, err
}

// longGone is how old a departure is that a reader has no use for.
const longGone = 10 * time.Minute

// keep chooses what the configuration asks for, in the order of leaving: what can
// still be caught at the time of the reply, up to the count, and what leaves
// before. It goes by the server's clock, since the board's may not be set yet.
// Whether the count left any out it tells, too.
func (c Config) keep(all []departure, now time.Time) (kept []departure, cut bool) {
	slices.SortStableFunc(all, func(a, b departure) int {
		return cmp.Or(a.When().Compare(b.When()), a.Scheduled.Compare(b.Scheduled))
	})
	catchable := 0
	for _, d := range all {
		switch {
		case d.When().Before(now.Add(-longGone)), d.Cancelled && !c.IncludeCancelled, !c.wants(d):
			continue
		case !d.When().Before(now.Add(c.Walk)):
			catchable++
		}
		if catchable > c.Count {
			return kept, true
		}
		kept = append(kept, d)
	}
	return kept, false
}

func (c Config) wants(d departure) bool {
	return anyOrOneOf(c.Routes, func(id int) bool { return strconv.Itoa(id) == d.route }) &&
		anyOrOneOf(c.Directions, func(id int) bool { return strconv.Itoa(id) == d.direction }) &&
		anyOrOneOf(c.Platforms, func(p Platform) bool { return strings.EqualFold(string(p), d.Platform) })
}

func anyOrOneOf[T any](allowed []T, is func(T) bool) bool {
	return len(allowed) == 0 || slices.ContainsFunc(allowed, is)
}
