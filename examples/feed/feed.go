// Package feed is a plugin for ptvd that publishes departures from a JSON feed of
// one's own: an example of a source, in a module of its own.
//
// The feed is a list in the order of departure:
//
//	[{"line": "12", "to": "Harbour", "at": "2026-11-19T07:58:00+11:00", "cancelled": false}]
package feed

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/topics"
)

// Config is what people write under the instance's name.
type Config struct {
	URL   string        `yaml:"url" doc:"where the feed is" required:"true"`
	Walk  time.Duration `yaml:"walk" doc:"how long it takes to walk there" min:"0s" max:"2h"`
	Every time.Duration `yaml:"every" doc:"how often the feed is asked" min:"10s" max:"1h"`
}

var departures = plugins.NewTopic[topics.Departures]("departures", "the next departures", plugins.State(topics.StaleAfter))

func init() {
	plugins.Register(plugins.Spec[Config]{
		Name: "feed", Doc: "publishes departures from a JSON feed",
		Defaults: Config{Every: 30 * time.Second},
		Topics:   plugins.Topics(departures),
		New:      New,
	})
}

type feed struct {
	env   plugins.Env
	cfg   Config
	known topics.Departures
}

// New makes an instance.
func New(env plugins.Env, cfg Config) (plugins.Plugin, error) {
	return &feed{env, cfg, topics.Departures{Stop: env.Instance, Walk: cfg.Walk, Period: cfg.Every}}, nil
}

// Start starts the one task.
func (f *feed) Start(*plugins.Task) error {
	f.env.Go("ask", f.ask)
	return nil
}

// Stop leaves nothing behind.
func (f *feed) Stop(*plugins.Task) error { return nil }

// ask asks the feed in every period. After a lost reply what is known stays, and
// grows old: the pages know from which age on it says nothing.
func (f *feed) ask(t *plugins.Task) error {
	for range t.Every(f.cfg.Every) {
		list, err := plugins.Await(t, f.fetch)
		if err != nil {
			f.env.Health.Degraded("%v", err)
			f.known.Problem = "no reply"
		} else {
			f.env.Health.OK()
			f.known.List, f.known.Received, f.known.Problem = list, t.Now(), ""
		}
		departures.Set(f.env, f.known)
	}
	return nil
}

// fetch runs beside the loop.
func (f *feed) fetch(ctx context.Context) (list []topics.Departure, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, f.cfg.URL, nil)
	if err != nil {
		return nil, err
	}
	reply, err := (&http.Client{Transport: f.env.Net.HTTP, Timeout: 10 * time.Second}).Do(request)
	if err != nil {
		return nil, err
	}
	defer reply.Body.Close()
	if reply.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s", reply.Status)
	}
	var entries []struct {
		Line, To  string
		At        time.Time
		Cancelled bool
	}
	err = json.NewDecoder(io.LimitReader(reply.Body, 1<<20)).Decode(&entries)
	for _, e := range entries {
		list = append(list, topics.Departure{Number: e.Line, Destination: e.To, Scheduled: e.At, Cancelled: e.Cancelled})
	}
	return list, err
}
