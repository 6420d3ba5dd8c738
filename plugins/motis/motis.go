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
	"net/url"
	"strconv"
	"strings"
	"time"

	"ptvd/plugins"
	sources "ptvd/plugins/departures"
	"ptvd/plugins/topics"
)

func init() {
	plugins.Register(plugins.Spec[Config]{
		Name:     "motis",
		Doc:      "fetches the next departures at a stop anywhere from Transitous, or from a MOTIS of your own, without a key",
		Defaults: defaults,
		Topics:   plugins.Topics(sources.Topic),
		New:      New,
	})
}

// New returns an instance that is not started.
func New(env plugins.Env, cfg Config) (plugins.Plugin, error) {
	client := cfg.Client(env.Net.HTTP, env.Net.Agent)
	request := func(cfg Config) sources.Request {
		return sources.Request{Ask: func(ctx context.Context, now time.Time) (sources.Reply, error) {
			return client.departures(ctx, cfg, now)
		}}
	}
	everything := cfg
	everything.Lines, everything.Towards, everything.Platforms = nil, nil, nil
	return &sources.Source{
		Env: env, Every: cfg.Every, Walk: cfg.Walk, Count: cfg.Count, Attribution: cfg.attribution(),
		Requests: []sources.Request{request(cfg)}, Unfiltered: request(everything),
		Filter: topics.Filter{Lines: cfg.Lines, Towards: cfg.Towards, Platforms: cfg.Platforms}, DropCancelled: !cfg.IncludeCancelled,
	}, nil
}

func (c Config) attribution() string {
	if c.BaseURL == Transitous {
		return "Data: Transitous and its sources, https://transitous.org/sources"
	}
	return "Data: " + c.BaseURL
}

// query returns the query for what is configured. The number of departures is the least
// that is sent: it includes those within the walk, one every two minutes, and one more,
// which tells whether there are others.
func (c Config) query() url.Values {
	query := url.Values{"n": {strconv.Itoa(c.wanted())}}
	if c.Stop != "" {
		query.Set("stopId", c.Stop)
	}
	if c.Near != (plugins.Position{}) { // also where the stop has another ID by now
		query.Set("center", c.Near.String())
	}
	if c.Stop == "" {
		query.Set("radius", strconv.Itoa(c.Radius))
	}
	if len(c.Modes) > 0 {
		query.Set("mode", strings.Join(c.Modes, ","))
	}
	return query
}

func (c Config) wanted() int {
	n := c.Count + int(c.Walk/(2*time.Minute)) + 1
	if len(c.Lines)+len(c.Towards)+len(c.Platforms) > 0 {
		n = min(4*n, 100) // more would take a small board too long to decode
	}
	return n
}
