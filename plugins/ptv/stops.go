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
)

// Stop is a result of FindStops.
type Stop struct {
	ID        int
	Name      string
	Suburb    string
	RouteType string // as in Config
	Routes    []Route
}

// Route is a route that serves a stop.
type Route struct {
	ID         int
	Number     string // empty for trains
	Name       string
	Directions []Direction // nil: not looked up
}

// Direction is one of the directions of a route.
type Direction struct {
	ID   int
	Name string
}

// maxLookups limits the requests for directions of one search. A search for a suburb finds
// many routes.
const maxLookups = 20

type searchReply struct {
	Stops list[struct {
		ID     scalar `json:"stop_id"`
		Name   scalar `json:"stop_name"`
		Suburb scalar `json:"stop_suburb"`
		Type   scalar `json:"route_type"`
		Routes list[struct {
			ID     scalar `json:"route_id"`
			Name   scalar `json:"route_name"`
			Number scalar `json:"route_number"`
		}] `json:"routes"`
	}] `json:"stops"`
}

type directionsReply struct {
	Directions list[struct {
		ID   scalar `json:"direction_id"`
		Name scalar `json:"direction_name"`
	}] `json:"directions"`
}

// FindStops returns the stops whose name or suburb contains a text, in the order of the
// API, with their routes, and the directions of the first 20 routes. The text must have at
// least three characters and a letter.
func (c Client) FindStops(ctx context.Context, text string) ([]Stop, error) {
	text = strings.TrimSpace(text)
	if utf8.RuneCountInString(text) < 3 || !strings.ContainsFunc(text, unicode.IsLetter) {
		return nil, errors.New("search text too short: write at least three letters of a stop's name, since the API finds only routes by shorter texts and by numbers")
	}
	reply, err := c.get(ctx, "/v3/search/"+twiceEscaped(text), url.Values{"include_outlets": {"false"}})
	if err != nil {
		return nil, err
	}
	stops, err := decodeStops(reply.body)
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

func decodeStops(body []byte) ([]Stop, error) {
	var r searchReply
	if !decode(body, &r) || !r.Stops.valid {
		return nil, invalidReply("no list of stops")
	}
	var stops []Stop
	for _, raw := range r.Stops.items {
		stop := Stop{ID: raw.ID.int(), Name: clean(string(raw.Name), maxName), Suburb: clean(string(raw.Suburb), maxName)}
		if n, err := strconv.Atoi(string(raw.Type)); err == nil && n >= 0 && n < len(routeTypes) {
			stop.RouteType = routeTypes[n]
		}
		for _, route := range raw.Routes.items {
			stop.Routes = append(stop.Routes, Route{
				ID: route.ID.int(), Number: clean(string(route.Number), maxName), Name: clean(string(route.Name), maxName),
			})
		}
		stops = append(stops, stop)
	}
	return stops, nil
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
	reply, err := c.get(ctx, "/v3/directions/route/"+strconv.Itoa(route), nil)
	if err != nil {
		return nil, err
	}
	var r directionsReply
	if !decode(reply.body, &r) || !r.Directions.valid {
		return nil, invalidReply("no list of directions")
	}
	var directions []Direction
	for _, raw := range r.Directions.items {
		d := Direction{ID: raw.ID.int(), Name: clean(string(raw.Name), maxName)}
		if !slices.Contains(directions, d) {
			directions = append(directions, d)
		}
	}
	return directions, nil
}
