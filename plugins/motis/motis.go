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
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"ptvd/plugins"
	sources "ptvd/plugins/departures"
	"ptvd/plugins/topics"
)

// Config is the configuration of an instance.
type Config struct {
	Every            time.Duration    `yaml:"every" doc:"how often departures are fetched; from Transitous every 30s at most" min:"10s" max:"1h"`
	Stop             string           `yaml:"stop" doc:"the ID of the stop; ptvd stops SEARCH --source motis finds it; without one, near is needed"`
	Near             plugins.Position `yaml:"near" doc:"where the stop is, as latitude,longitude: it is found there if its ID has changed; without a stop, all stops within the radius count"`
	Radius           int              `yaml:"radius" doc:"without a stop, how far stops may be from near, in meters" min:"1" max:"2000"`
	Modes            []string         `yaml:"modes" doc:"only these modes of transport; RAIL stands for all trains; none: all of them" oneof:"TRAM SUBWAY FERRY AIRPLANE BUS COACH RAIL HIGHSPEED_RAIL LONG_DISTANCE NIGHT_RAIL REGIONAL_RAIL SUBURBAN FUNICULAR AERIAL_LIFT ODM OTHER"`
	Lines            []string         `yaml:"lines" doc:"only these lines, as they are called on the vehicles; none: all lines"`
	Towards          []string         `yaml:"towards" doc:"only departures whose destination or sign has one of these words in it, in upper or lower case, with or without accents; none: all of them"`
	Platforms        []string         `yaml:"platforms" doc:"only these platforms, tracks or bays, and no departures of which it is not known; none: all of them"`
	Walk             time.Duration    `yaml:"walk" doc:"the time from the door to the stop; what leaves sooner cannot be caught" min:"0s" max:"2h"`
	Count            int              `yaml:"count" doc:"how many departures to keep, in addition to those within the walk" min:"1" max:"30"`
	IncludeCancelled bool             `yaml:"include_cancelled" doc:"keep cancelled services, which are shown as cancelled"`
	Share            bool             `yaml:"share" doc:"publish the departures for other boards, too: the topic shared, which an instance of mqtt passes on to their remote"`
	OnDemand         bool             `yaml:"on_demand" doc:"fetch departures only when an instance of remote asks for them, which hears of none from other boards"`
	Language         string           `yaml:"language" doc:"the language of names and alerts, where there are several: de; empty: that of the place"`
	Contact          string           `yaml:"contact" doc:"an address by which the service can reach you, as the policy of Transitous asks: it is sent with each request" required:"true"`
	BaseURL          string           `yaml:"base_url" doc:"the address of the service: that of Transitous, or of a MOTIS of your own"`
}

// Transitous is the address of the public MOTIS.
const Transitous = "https://api.transitous.org"

var defaults = Config{Every: time.Minute, Radius: 150, Count: 10, IncludeCancelled: true, BaseURL: Transitous}

func init() {
	plugins.Register(plugins.Spec[Config]{
		Name:     "motis",
		Doc:      "fetches the next departures at a stop anywhere from Transitous, or from a MOTIS of your own, without a key",
		Defaults: defaults,
		Topics:   plugins.Topics(sources.Topic),
		Actions:  plugins.Actions(sources.Ask),
		New:      New,
	})
}

// Topics returns the topic for other boards, if there is one.
func (c Config) Topics() plugins.TopicList { return sources.SharedTopics(c.Share) }

// Validate checks what the tags cannot express.
func (c Config) Validate() error {
	if _, err := sources.ParseBase(c.BaseURL, Transitous); err != nil {
		return plugins.OptionErrorf("base_url", "%w", err)
	}
	if c.isTransitous() && c.Every < 30*time.Second {
		return plugins.OptionErrorf("every", "less than 30s, which Transitous asks not to do")
	}
	if c.Stop == "" && c.Near == (plugins.Position{}) {
		return plugins.OptionErrorf("stop", "write the ID of a stop, or near: latitude,longitude")
	}
	if strings.TrimSpace(c.Contact) == "" || strings.ContainsFunc(c.Contact, func(r rune) bool { return r < ' ' || r > '~' }) {
		return plugins.OptionErrorf("contact", "write an e-mail address or the address of a web page")
	}
	return nil
}

func (c Config) isTransitous() bool { return strings.TrimSuffix(c.BaseURL, "/") == Transitous }

// New returns an instance that is not started.
func New(env plugins.Env, cfg Config) (plugins.Plugin, error) {
	client := cfg.Client(env.Net.HTTP, env.Net.Agent)
	source := &sources.Source{
		Env: env, Every: cfg.Every, Walk: cfg.Walk, Count: cfg.Count, Share: cfg.Share, OnDemand: cfg.OnDemand, Attribution: "Data: " + cfg.BaseURL,
		Requests: []sources.Request{{Ask: func(ctx context.Context) (sources.Reply, error) { return client.departures(ctx, cfg) }}},
		Filter:   topics.Filter{Lines: cfg.Lines, Towards: cfg.Towards, Platforms: cfg.Platforms}, DropCancelled: !cfg.IncludeCancelled,
		Lookup: client.lookUp,
	}
	if cfg.isTransitous() {
		source.Attribution = "Data: Transitous and its sources, https://transitous.org/sources"
	}
	return source, nil
}

// fallback is how far from near a stop is looked for whose ID is not found, in meters.
const fallback = 50

// query returns the query for what is configured, as far as requests of a stop share it.
func (c Config) query() url.Values {
	query := url.Values{}
	if c.Stop != "" {
		query.Set("stopId", c.Stop)
	}
	if c.Near != (plugins.Position{}) {
		query.Set("center", c.Near.String())
		query.Set("radius", strconv.Itoa(c.Radius))
		if c.Stop != "" {
			query.Set("radius", strconv.Itoa(fallback))
		}
	}
	return query
}

// wanted returns how many departures are requested. The service sends at least those. They
// include those within the walk, one every two minutes, and one more, which tells whether
// there are others.
func (c Config) wanted() int {
	n := c.Count + int(c.Walk/(2*time.Minute)) + 1
	if len(c.Lines)+len(c.Towards)+len(c.Platforms) > 0 {
		n = min(4*n, 100) // more would take a small board too long to decode
	}
	return n
}

// Client makes requests to a MOTIS. Its methods block: call them through [plugins.Await].
// Errors of the service and of the network are *[sources.Error].
type Client struct {
	sources.Service
	language string
}

// Client returns a client with the configured address, for the program that is named.
func (c Config) Client(via http.RoundTripper, program string) Client {
	agent := program + " (" + c.Contact + ")"
	return Client{sources.Service{BaseURL: c.BaseURL, Example: Transitous, Agent: agent, HTTP: via, Explain: explain}, c.Language}
}

func (c Client) get(ctx context.Context, path string, query url.Values) (gjson.Result, time.Time, error) {
	if c.language != "" {
		query.Set("language", c.language)
	}
	return c.Get(ctx, path, query)
}

func explain(status int, message string, _ gjson.Result) *sources.Error {
	switch status {
	case http.StatusNotFound:
		return &sources.Error{Summary: "not found", Detail: cmp.Or(message, "no such stop"), Persistent: true, NoStop: true}
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		return &sources.Error{Summary: "bad request", Detail: cmp.Or(message, "the service does not accept the options; check stop, near and modes"), Persistent: true}
	}
	return nil
}

// departures fetches what is configured.
func (c Client) departures(ctx context.Context, cfg Config) (sources.Reply, error) {
	query := cfg.query()
	query.Set("n", strconv.Itoa(cfg.wanted()))
	if len(cfg.Modes) > 0 {
		query.Set("mode", strings.Join(cfg.Modes, ","))
	}
	reply, at, err := c.get(ctx, "/api/v6/stoptimes", query)
	if err != nil {
		return sources.Reply{}, err
	}
	found, err := decodeStopTimes(reply, cfg.Stop)
	found.At, found.Complete = at, found.Complete && len(reply.Get("stopTimes").Array()) < cfg.wanted()
	if found.Empty && len(cfg.Modes) > 0 && err == nil {
		found.Mismatch, err = c.otherModes(ctx, cfg)
	}
	return found, err
}

// otherModes returns which modes there are at the stop, where none of those that are
// configured is; empty: one is.
func (c Client) otherModes(ctx context.Context, cfg Config) (string, error) {
	reply, _, err := c.get(ctx, "/api/v6/stop", cfg.query())
	if err != nil {
		return "", err
	}
	var there []string
	sources.Items(reply.Get("routes"), func(v gjson.Result) {
		if mode := sources.Name(v.Get("mode")); mode != "" && !slices.Contains(there, mode) {
			there = append(there, mode)
		}
	})
	configured := func(mode string) bool {
		return slices.ContainsFunc(cfg.Modes, func(wanted string) bool { return isMode(wanted, mode) })
	}
	if len(there) == 0 || slices.ContainsFunc(there, configured) {
		return "", nil
	}
	return fmt.Sprintf("modes %s match nothing at this stop; there are %s", strings.Join(cfg.Modes, ", "), strings.Join(there, ", ")), nil
}
