// Package ptv fetches departures from the timetable API of Public Transport Victoria and
// publishes them as [ptvd/plugins/topics.Departures]. When it asks, and what it makes of
// failures, is that of every source, see package departures.
//
// Replies are decoded field by field. A field that is missing or of the wrong type costs
// only that field, or at most that departure. But a reply that does not clearly say that
// there are no departures is an error and not an empty list: a panel must not say that
// there are no more trains because of a fault in the API.
//
// Requests are signed (version 3 of the API, "Signature calculation" in its documentation).
// Neither the id, the key nor a signature appears in an error or a log line. The data is
// licensed CC BY 4.0, © State of Victoria.
package ptv

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"ptvd/plugins"
	sources "ptvd/plugins/departures"
	"ptvd/plugins/topics"
)

// Config is the configuration of an instance.
type Config struct {
	Stop       int        `yaml:"stop" doc:"the ID of the stop; ptvd stops SEARCH finds it" required:"true" min:"1"`
	RouteType  string     `yaml:"route_type" doc:"the kind of service" oneof:"train tram bus vline night"`
	Routes     []int      `yaml:"routes" doc:"only the routes with these IDs; none: all routes" min:"1"`
	Directions []int      `yaml:"directions" doc:"only the directions with these IDs; none: all directions" min:"0"`
	Platforms  []Platform `yaml:"platforms" doc:"only these platforms, and no departures whose platform is not known; none: all platforms"`
	sources.ServiceOptions
	ID  plugins.Secret `yaml:"id" doc:"the developer id from PTV" required:"true"`
	Key plugins.Secret `yaml:"key" doc:"the key that belongs to the id" required:"true"`
}

var defaults = Config{RouteType: "train", ServiceOptions: sources.ServiceOptions{
	Every: 30 * time.Second, Options: sources.Options{Count: 10, IncludeCancelled: true}, BaseURL: "https://timetableapi.ptv.vic.gov.au",
}}

// Platform is the name of a platform in the API: 1, or 15A.
type Platform string

// UnmarshalText reads up to 8 letters and digits.
func (p *Platform) UnmarshalText(text []byte) error {
	if len(text) == 0 || len(text) > 8 || strings.ContainsFunc(string(text), notInPlatform) {
		return errors.New("a platform has up to 8 letters and digits, such as 2 or 15A")
	}
	*p = Platform(text)
	return nil
}

func notInPlatform(r rune) bool {
	return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
}

// Client returns a client with the configured address and credentials, for the program
// that is named.
func (c Config) Client(via http.RoundTripper, agent string) Client {
	return Client{BaseURL: c.BaseURL, ID: c.ID, Key: c.Key, Agent: agent, HTTP: via}
}

// routeTypes are the names of the API's route types, in the order of their numbers.
var routeTypes = []string{"train", "tram", "bus", "vline", "night"}

// modes are the words of people for them.
var modes = map[string]string{"train": "train", "tram": "tram", "bus": "bus", "vline": "train", "night": "bus"}

// melbourne is the zone of the stops.
var melbourne, _ = time.LoadLocation("Australia/Melbourne")

func init() {
	plugins.Register(plugins.Spec[Config]{
		Name:     "ptv",
		Doc:      "fetches the next departures at a stop in Victoria from the PTV Timetable API",
		Defaults: defaults,
		Topics:   plugins.Topics(sources.Topic),
		Actions:  plugins.Actions(sources.Ask),
		New:      New,
	})
}

// attribution is what the licence of the timetable data asks for.
const attribution = "Source: Licensed from Public Transport Victoria under a Creative Commons Attribution 4.0 International Licence, https://creativecommons.org/licenses/by/4.0/"

// New returns an instance that is not started.
func New(env plugins.Env, cfg Config) (plugins.Plugin, error) {
	client := cfg.Client(env.Net.HTTP, env.Net.Agent)
	requestsOf := func(cfg Config) (all []sources.Request) {
		for _, r := range cfg.requests() {
			all = append(all, sources.Request{Of: r.of, Ask: func(ctx context.Context) (sources.Reply, error) {
				return client.departures(ctx, cfg, r)
			}})
		}
		return all
	}
	all := cfg // without the filter
	all.Routes, all.Directions, all.Platforms = nil, nil, nil
	all.Count, all.Walk = 3, 0
	return &sources.Source{
		Env: env, ServiceOptions: cfg.ServiceOptions, Attribution: attribution,
		Requests: requestsOf(cfg), Filter: cfg.filter(), Unfiltered: requestsOf(all)[0],
	}, nil
}

type request struct {
	path  string
	query url.Values
	of    string // what it asks for: route 4; empty: all that is configured
}

// maxRouteRequests is the largest number of routes that are requested one by one. The
// API counts max_results for each route and direction, so that a bus interchange
// without a route sends many times what is needed.
const maxRouteRequests = 4

// requests returns the requests for what is configured. The API filters by at most one
// route and one direction; the filter does the rest, and all of the platforms, since
// replacement buses have none.
func (c Config) requests() []request {
	path := fmt.Sprintf("/v3/departures/route_type/%d/stop/%d", slices.Index(routeTypes, c.RouteType), c.Stop)
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
