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

	"ptvd/plugins"
	sources "ptvd/plugins/departures"
)

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
	return &sources.Source{
		Env: env, ServiceOptions: cfg.ServiceOptions, Attribution: attribution,
		Requests: requestsOf(cfg), Filter: cfg.filter(), Unfiltered: requestsOf(cfg.everything())[0],
	}, nil
}
