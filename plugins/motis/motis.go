// Package motis fetches departures from a MOTIS, an open-source journey planner, and
// publishes them as [topics.Departures]. The public one, Transitous, has the timetables of
// about sixty countries, and needs no key. When it asks, and what it makes of failures, is
// that of every source, see package departures.
//
// The specification is MOTIS's openapi.yaml, /api/v6/stoptimes. The policy of Transitous,
// https://transitous.org/api, asks for a User-Agent with a contact, and for a link to its
// sources.
package motis

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ptvd/plugins"
	sources "ptvd/plugins/departures"
	"ptvd/plugins/topics"
)

// Config is the configuration of an instance.
type Config struct {
	Stop   string           `yaml:"stop" doc:"the ID of the stop; ptvd stops SEARCH --source motis finds it; without one, near is needed"`
	Near   plugins.Position `yaml:"near" doc:"where the stop is, as latitude,longitude: it is found there if its ID has changed; without a stop, all stops within the radius count"`
	Radius int              `yaml:"radius" doc:"without a stop, how far stops may be from near, in meters" min:"1" max:"2000"`
	Modes  []string         `yaml:"modes" doc:"only these modes of transport; RAIL stands for all trains; none: all of them" oneof:"TRAM SUBWAY FERRY AIRPLANE BUS COACH RAIL HIGHSPEED_RAIL LONG_DISTANCE NIGHT_RAIL REGIONAL_RAIL SUBURBAN FUNICULAR AERIAL_LIFT ODM OTHER"`
	topics.Signs
	sources.ServiceOptions
	Language string `yaml:"language" doc:"the language of names and alerts, where there are several: de; empty: that of the place"`
	Contact  string `yaml:"contact" doc:"an address by which the service can reach you, as the policy of Transitous asks: it is sent with each request" required:"true"`
}

// Transitous is the address of the public MOTIS.
const Transitous = "https://api.transitous.org"

func init() {
	plugins.Register(plugins.Spec[Config]{
		Name: "motis",
		Doc:  "fetches the next departures at a stop anywhere from Transitous, every 30s at most, or from a MOTIS of your own, without a key",
		Defaults: Config{Radius: 150, ServiceOptions: sources.ServiceOptions{
			Every: time.Minute, Options: sources.Options{Count: 10, IncludeCancelled: true}, BaseURL: Transitous,
		}},
		Topics:  plugins.Topics(sources.Topic),
		Actions: plugins.Actions(sources.Ask),
		New:     New,
	})
}

// Validate checks what the tags cannot express.
func (c Config) Validate() error {
	switch {
	case c.isTransitous() && c.Every < 30*time.Second:
		return plugins.OptionErrorf("every", "less than 30s, which Transitous asks not to do")
	case c.Stop == "" && c.Near == (plugins.Position{}):
		return plugins.OptionErrorf("stop", "write the ID of a stop, or near: latitude,longitude")
	case strings.TrimSpace(c.Contact) == "" || strings.ContainsFunc(c.Contact, func(r rune) bool { return r < ' ' || r > '~' }):
		return plugins.OptionErrorf("contact", "write an e-mail address or the address of a web page")
	}
	return c.ServiceOptions.Validate()
}

func (c Config) isTransitous() bool { return strings.TrimSuffix(c.BaseURL, "/") == Transitous }

// New returns an instance that is not started.
func New(env plugins.Env, cfg Config) (plugins.Plugin, error) {
	client := cfg.Client(env.Net.HTTP, env.Net.Agent)
	source := &sources.Source{
		Env: env, ServiceOptions: cfg.ServiceOptions, Attribution: "Data: " + cfg.BaseURL,
		Requests: []sources.Request{{Ask: client.departures}}, Filter: topics.Filter{Signs: cfg.Signs}, FindStops: client.FindStops,
	}
	if cfg.isTransitous() {
		source.Attribution = "Data: Transitous and its sources, https://transitous.org/sources"
	}
	return source, nil
}

// Client makes requests to a MOTIS. Its methods block: call them through [plugins.Await].
// Errors of the service and of the network are *[sources.Error].
type Client struct {
	sources.Service
	cfg Config
}

// Client returns a client with the configured address, for the program that is named.
func (c Config) Client(via http.RoundTripper, program string) Client {
	return Client{sources.Service{BaseURL: c.BaseURL, Agent: program + " (" + c.Contact + ")", HTTP: via}, c}
}

// atStop returns the query for the stop. If its ID is not found, the service looks for it
// within 50 meters of near.
func (c Config) atStop() url.Values {
	query := url.Values{"stopId": {c.Stop}, "language": {c.Language}}
	if c.Near != (plugins.Position{}) {
		query["center"], query["radius"] = []string{c.Near.String()}, []string{"50"}
		if c.Stop == "" {
			query.Set("radius", strconv.Itoa(c.Radius))
		}
	}
	return query
}

// departures fetches what is configured. The service sends at least as many departures as
// are requested.
func (c Client) departures(ctx context.Context) (sources.Reply, error) {
	wanted := c.cfg.Wanted(1)
	if len(c.cfg.Lines)+len(c.cfg.Towards)+len(c.cfg.Platforms) > 0 {
		wanted = c.cfg.Wanted(4)
	}
	query := c.cfg.atStop()
	query["n"], query["mode"] = []string{strconv.Itoa(wanted)}, []string{strings.Join(c.cfg.Modes, ",")}
	reply, at, err := c.Get(ctx, "/api/v6/stoptimes", query)
	if err != nil {
		return sources.Reply{}, err
	}
	found, err := decodeStopTimes(reply, c.cfg.Stop)
	found.At, found.Complete = at, found.Complete && int(reply.Get("stopTimes.#").Int()) < wanted
	if found.Empty && len(c.cfg.Modes) > 0 && err == nil {
		if reply, _, err = c.Get(ctx, "/api/v6/stop", c.cfg.atStop()); err == nil {
			found.Mismatch = otherModes(reply, c.cfg.Modes)
		}
	}
	return found, err
}

// FindStops returns the stops that a text names, the best match first, those near a
// position preferred, if there is one.
func (c Client) FindStops(ctx context.Context, text string, near plugins.Position) ([]sources.Stop, error) {
	query := url.Values{"text": {text}, "type": {"STOP"}, "language": {c.cfg.Language}}
	if near != (plugins.Position{}) {
		query.Set("place", near.String())
	}
	reply, _, err := c.Get(ctx, "/api/v1/geocode", query)
	if err != nil {
		return nil, err
	}
	return decodeStops(reply)
}
