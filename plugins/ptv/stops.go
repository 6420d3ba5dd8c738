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

// Stop is a stop that a search found.
type Stop struct {
	ID        int
	Name      string
	Suburb    string
	RouteType string // the word for it in a configuration
	Routes    []Route
}

// Route is a route that serves a stop.
type Route struct {
	ID         int
	Number     string // empty for trains
	Name       string
	Directions []Direction // nil where they were not looked up
}

// Direction is one of the directions of a route.
type Direction struct {
	ID   int
	Name string
}

// maxLookups bounds the requests that one search makes for directions. A search
// for a suburb finds more routes than anybody reads about.
const maxLookups = 20

type searchReply struct {
	Stops list[struct {
		ID     text `json:"stop_id"`
		Name   text `json:"stop_name"`
		Suburb text `json:"stop_suburb"`
		Type   text `json:"route_type"`
		Routes list[struct {
			ID     text `json:"route_id"`
			Name   text `json:"route_name"`
			Number text `json:"route_number"`
		}] `json:"routes"`
	}] `json:"stops"`
}

type directionsReply struct {
	Directions list[struct {
		ID   text `json:"direction_id"`
		Name text `json:"direction_name"`
	}] `json:"directions"`
}

// FindStops returns the stops whose name or suburb holds the words, in the
// service's order, with their routes; and, for the first 20 routes of them, the
// directions.
func (c Client) FindStops(ctx context.Context, words string) ([]Stop, error) {
	words = strings.TrimSpace(words)
	if utf8.RuneCountInString(words) < 3 || !strings.ContainsFunc(words, unicode.IsLetter) {
		return nil, errors.New("search for at least three letters of a stop's name: the service knows shorter words and numbers as routes only")
	}
	reply, err := c.get(ctx, "/v3/search/"+twiceEscaped(words), url.Values{"include_outlets": {"false"}})
	if err != nil {
		return nil, err
	}
	stops, err := stopsOf(reply.body)
	if err != nil {
		return nil, err
	}
	return stops, c.addDirections(ctx, stops)
}

// twiceEscaped escapes a term twice, as the search wants it: once for the address
// and once for the service behind it.
func twiceEscaped(term string) string {
	once := strings.ReplaceAll(url.QueryEscape(term), "+", "%20")
	return url.QueryEscape(once)
}

func stopsOf(body []byte) ([]Stop, error) {
	var r searchReply
	if !decode(body, &r) || !r.Stops.is {
		return nil, &Trouble{Words: "odd reply", Detail: "the reply holds no list of stops"}
	}
	var stops []Stop
	for _, raw := range r.Stops.items {
		stop := Stop{ID: raw.ID.count(), Name: clean(string(raw.Name), maxName), Suburb: clean(string(raw.Suburb), maxName)}
		if n, err := strconv.Atoi(string(raw.Type)); err == nil && n >= 0 && n < len(routeTypes) {
			stop.RouteType = routeTypes[n]
		}
		for _, route := range raw.Routes.items {
			stop.Routes = append(stop.Routes, Route{
				ID: route.ID.count(), Number: clean(string(route.Number), maxName), Name: clean(string(route.Name), maxName),
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
	if !decode(reply.body, &r) || !r.Directions.is {
		return nil, &Trouble{Words: "odd reply", Detail: "the reply holds no list of directions"}
	}
	var directions []Direction
	for _, raw := range r.Directions.items {
		d := Direction{ID: raw.ID.count(), Name: clean(string(raw.Name), maxName)}
		if !slices.Contains(directions, d) {
			directions = append(directions, d)
		}
	}
	return directions, nil
}
