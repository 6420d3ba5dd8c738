package ptv

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	sources "ptvd/plugins/departures"
)

// Stop is a result of FindStops.
type Stop struct {
	ID        int     `json:"stop_id"`
	Name      string  `json:"stop_name"`
	Suburb    string  `json:"stop_suburb"`
	RouteType string  `json:"route_type"` // as in Config
	Routes    []Route `json:"routes"`
}

// Route is a route that serves a stop.
type Route struct {
	ID         int         `json:"route_id"`
	Number     string      `json:"route_number"` // empty for trains
	Name       string      `json:"route_name"`
	Directions []Direction // nil: not looked up
}

// Direction is one of the directions of a route.
type Direction struct {
	ID   int    `json:"direction_id"`
	Name string `json:"direction_name"`
}

// maxLookups limits the requests for directions of one search. A search for a suburb finds
// many routes.
const maxLookups = 20

// FindStops returns the stops whose name or suburb contains a text, in the order of the
// API, with their routes, and the directions of the first 20 routes. The text must have at
// least three characters and a letter.
func (c Client) FindStops(ctx context.Context, text string) ([]Stop, error) {
	text = strings.TrimSpace(text)
	if utf8.RuneCountInString(text) < 3 || !strings.ContainsFunc(text, unicode.IsLetter) {
		return nil, errors.New("search text too short: write at least three letters of a stop's name, since the API finds only routes by shorter texts and by numbers")
	}
	reply, _, err := c.get(ctx, "/v3/search/"+twiceEscaped(text), url.Values{"include_outlets": {"false"}})
	if err != nil {
		return nil, err
	}
	stops, err := decodeStops(reply)
	if err != nil {
		return nil, err
	}
	return stops, c.addDirections(ctx, stops)
}

// twiceEscaped escapes a search term twice, as the API requires.
func twiceEscaped(term string) string {
	once := strings.ReplaceAll(url.QueryEscape(term), "+", "%20")
	return url.QueryEscape(once)
}

func decodeStops(reply gjson.Result) ([]Stop, error) {
	stops, err := sources.List[Stop](reply.Get("stops"), "stops")
	for i, stop := range stops {
		stops[i].RouteType = "" // one that is not known
		if n, err := strconv.Atoi(stop.RouteType); err == nil && n >= 0 && n < len(routeTypes) {
			stops[i].RouteType = routeTypes[n]
		}
	}
	return slices.DeleteFunc(stops, func(s Stop) bool { return s.ID == 0 }), err
}

// addDirections looks up the directions of the stops' routes, each route once.
func (c Client) addDirections(ctx context.Context, stops []Stop) error {
	known := map[int][]Direction{}
	for s := range stops {
		for r := range stops[s].Routes {
			route := &stops[s].Routes[r]
			if _, asked := known[route.ID]; !asked && len(known) < maxLookups {
				directions, err := c.directions(ctx, route.ID)
				if err != nil {
					return err
				}
				known[route.ID] = directions
			}
			route.Directions = known[route.ID]
		}
	}
	return nil
}

func (c Client) directions(ctx context.Context, route int) ([]Direction, error) {
	reply, _, err := c.get(ctx, "/v3/directions/route/"+strconv.Itoa(route), nil)
	if err != nil {
		return nil, err
	}
	all, err := sources.List[Direction](reply.Get("directions"), "directions")
	var different []Direction
	for _, d := range all {
		if !slices.Contains(different, d) {
			different = append(different, d)
		}
	}
	return different, err
}
