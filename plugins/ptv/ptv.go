// Package ptv fetches departures from the timetable API of Public Transport Victoria and
// publishes them as [topics.Departures].
//
// One task makes a request in each period. It does not end when the API cannot be reached:
// it retries with growing pauses, and the departures published last stay, with the instant
// at which they were received, so that readers know their age.
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
	"cmp"
	"errors"
	"slices"
	"time"

	"ptvd/plugins"
	sources "ptvd/plugins/departures"
	"ptvd/plugins/topics"
)

var departures = plugins.NewTopic[topics.Departures]("departures", "the next departures at the stop, and how old they are", plugins.State(5*time.Minute))

func init() {
	plugins.Register(plugins.Spec[Config]{
		Name:     "ptv",
		Doc:      "fetches the next departures at a stop in Victoria from the PTV Timetable API",
		Defaults: defaults,
		Topics:   plugins.Topics(departures),
		New:      New,
	})
}

// maxRetry is the longest pause before a retry.
const maxRetry = 5 * time.Minute

// recheckAfter is the pause after a reply that is not believed, give or take a fifth.
const recheckAfter = 7500 * time.Millisecond

type ptv struct {
	env       plugins.Env
	cfg       Config
	client    Client
	parts     []part
	published topics.Departures
	delays    sources.Delays
	wasEmpty  bool // the latest reply had no departure of a route that was asked for
	seen      seen
	unknown   []string        // words of the API that were logged
	looked    plugins.Instant // when the stop was last asked without the filter; 0: never
	backoff   plugins.Backoff
	recheck   plugins.Backoff
}

// attribution is what the licence of the timetable data asks for.
const attribution = "Source: Licensed from Public Transport Victoria under a Creative Commons Attribution 4.0 International Licence"

// New returns an instance that is not started.
func New(env plugins.Env, cfg Config) (plugins.Plugin, error) {
	return &ptv{
		env: env, cfg: cfg,
		client:    cfg.Client(env.Net.HTTP),
		published: topics.Departures{Walk: cfg.Walk, Period: cfg.Every, Attribution: attribution},
	}, nil
}

// Start publishes that no departures are known, and begins to fetch them.
func (p *ptv) Start(*plugins.Task) error {
	p.begin()
	departures.Set(p.env, p.published)
	p.env.Meter.Describe("fetches_ok_total", "Requests for departures that were answered.")
	p.env.Meter.Describe("fetches_failed_total", "Requests for departures that failed.")
	p.env.Meter.Count("fetches_ok_total", 0) // so that they are reported from the start
	p.env.Meter.Count("fetches_failed_total", 0)
	p.env.Go("fetch", p.run)
	return nil
}

// Stop does nothing.
func (p *ptv) Stop(*plugins.Task) error { return nil }

// run fetches departures once in each period. After a failure it retries with growing
// pauses, if necessary for several periods, and then continues at the next one.
func (p *ptv) run(t *plugins.Task) error {
	if err := p.loadSeen(t); err != nil {
		return err
	}
	for range t.Every(p.cfg.Every) {
		for {
			found, err := p.fetch(t)
			if err == nil && !p.isCredible(found) {
				if err := t.Sleep(p.recheck.Next(recheckAfter, recheckAfter)); err != nil {
					return err
				}
				continue
			}
			if err == nil {
				if err = p.publish(t, found); err == nil {
					break
				}
			}
			var apiError *APIError
			if !errors.As(err, &apiError) {
				return err
			}
			if err := t.Sleep(p.failed(apiError)); err != nil {
				return err
			}
		}
	}
	return nil
}

// publish publishes what was found. An error is that of a request which tells why
// nothing was.
func (p *ptv) publish(t *plugins.Task, found timetable) error {
	isNew := p.note(found)
	p.published.Mismatch = ""
	if len(found.list) == 0 {
		mismatch, learned, err := p.mismatch(t)
		if err != nil {
			return err
		}
		p.published.Mismatch, isNew = mismatch, isNew || learned
		found.doubt = cmp.Or(mismatch, found.doubt)
	}
	p.backoff.Reset()
	p.published.Received, p.published.Problem = t.Now(), ""
	list := make([]topics.Departure, len(found.list))
	for i, d := range found.list {
		list[i] = d.Departure
	}
	p.delays.Presume(list, t.Now())
	list, cut := sources.Next(list, found.at, p.cfg.Walk, p.cfg.Count)
	p.published.Stop, p.published.Complete = cmp.Or(found.stop, p.published.Stop), found.complete && !cut
	p.published.List = list
	departures.Set(p.env, p.published)
	if found.doubt != "" {
		p.env.Health.Degraded("%s", found.doubt)
	} else {
		p.env.Health.OK()
	}
	p.logUnknown(found.unknown)
	p.env.Log.Debug("departures received", "stop", p.published.Stop, "count", len(p.published.List))
	if isNew {
		return p.saveSeen(t)
	}
	return nil
}

// maxUnknown limits how many words that are not known are logged.
const maxUnknown = 20

// logUnknown logs words of the API that are new to this version, each once.
func (p *ptv) logUnknown(words []string) {
	for _, word := range words {
		if len(p.unknown) < maxUnknown && !slices.Contains(p.unknown, word) {
			p.unknown = append(p.unknown, word)
			p.env.Log.Debug("unknown value in a reply ignored", "value", word)
		}
	}
}

// failed handles a failed request and returns the pause before the retry. A single failure
// is not reported, unless it is persistent.
func (p *ptv) failed(err *APIError) time.Duration {
	pause := p.backoff.Next(err.firstRetry(), maxRetry)
	if p.backoff.Tries() > 1 || err.Persistent {
		p.published.Problem = err.Summary
		departures.Set(p.env, p.published)
		p.env.Health.Degraded("%v", err)
	}
	p.env.Log.Debug("fetch failed", "err", err, "retry_in", pause.Round(time.Second))
	return pause
}
