package ptv

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"ptvd/plugins"
)

// fetchTimeout limits one request.
const fetchTimeout = 10 * time.Second

// part is one of the requests, with its newest reply.
type part struct {
	request
	found   timetable
	at      plugins.Instant // of the reply; 0: there is none yet
	err     *APIError       // of the newest request
	retry   plugins.Instant // when it is made again after that; 0: in the next period
	backoff plugins.Backoff
}

// begin prepares the requests.
func (p *ptv) begin() {
	p.backoff, p.recheck = plugins.NewBackoff(p.env), plugins.NewBackoff(p.env)
	for _, r := range p.cfg.requests() {
		p.parts = append(p.parts, part{request: r, backoff: plugins.NewBackoff(p.env)})
	}
}

// fetch makes all requests. One that fails costs only its own departures: the others are
// new, and the doubt names the one that fails. It is an error if all of them do.
func (p *ptv) fetch(t *plugins.Task) (all timetable, err error) {
	all = timetable{complete: true, ids: map[string][]string{}}
	var doubt string
	failed := 0
	for i := range p.parts {
		one := &p.parts[i]
		if err := p.update(t, one); err != nil {
			return timetable{}, err
		}
		found := one.found
		if one.err != nil {
			failed++
			found = p.instead(t, one)
		}
		if one.err != nil && (one.backoff.Tries() > 1 || one.err.Persistent) {
			doubt = cmp.Or(doubt, one.of+": "+one.err.Error())
		}
		all.add(found)
	}
	if failed == len(p.parts) {
		return timetable{}, p.parts[0].err
	}
	all.doubt = cmp.Or(doubt, all.doubt)
	return all, nil
}

// update makes one of the requests, unless it has failed and others have not: then it
// waits until it is time for its retry. An error is one that the others would have, too.
func (p *ptv) update(t *plugins.Task, one *part) error {
	works := func(other part) bool { return other.err == nil && other.at != 0 }
	if t.Now() < one.retry && slices.ContainsFunc(p.parts, works) {
		return nil
	}
	found, err := p.ask(t, p.cfg, one.request)
	if one.err = nil; err == nil {
		one.found, one.at, one.retry = found, t.Now(), 0
		one.backoff.Reset()
		return nil
	}
	if !errors.As(err, &one.err) || one.err.Persistent && !one.err.ofRequest {
		return err
	}
	one.retry = t.Now().Add(one.backoff.Next(one.err.firstRetry(), maxRetry))
	p.env.Log.Debug("request failed", "of", one.of, "err", err)
	return nil
}

// instead returns what stands for a reply that did not come: the departures of the last
// one, without its estimates, until they are stale.
func (p *ptv) instead(t *plugins.Task, one *part) timetable {
	found := timetable{}
	if one.at == 0 || t.Now().Sub(one.at) > p.published.Lifetime() {
		return found
	}
	for _, d := range one.found.list {
		d.Estimated, d.AtPlatform = time.Time{}, false
		found.list = append(found.list, d)
	}
	return found
}

// add adds what one of several requests has found.
func (all *timetable) add(found timetable) {
	all.stop, all.doubt = cmp.Or(all.stop, found.stop), cmp.Or(all.doubt, found.doubt)
	all.complete, all.empty = all.complete && found.complete, all.empty || found.empty
	all.list, all.unknown = append(all.list, found.list...), append(all.unknown, found.unknown...)
	if !found.at.IsZero() {
		all.at = found.at
	}
	for kind, ids := range found.ids {
		all.ids[kind] = append(all.ids[kind], ids...)
	}
}

// ask makes one request.
func (p *ptv) ask(t *plugins.Task, cfg Config, r request) (found timetable, err error) {
	now := time.Time{}
	if p.env.Clock.Synchronized() {
		now = p.env.Clock.Now()
	}
	err = t.Timeout(fetchTimeout, func() (err error) {
		found, err = plugins.Await(t, func(ctx context.Context) (timetable, error) {
			return p.client.departures(ctx, cfg, r, now)
		})
		return err
	})
	if errors.Is(err, plugins.ErrTimeout) {
		err = errTimeout
	}
	counter := "fetches_ok_total"
	if err != nil {
		counter = "fetches_failed_total"
	}
	p.env.Meter.Count(counter, 1)
	return found, err
}

// isCredible tells whether a reply is to be used. One that has nothing, be it for one of
// the routes, is a fault of the API more often than the end of service, unless the one
// before had nothing either. At the start, what other routes have is shown at once.
func (p *ptv) isCredible(found timetable) bool {
	again := p.wasEmpty
	p.wasEmpty = found.empty
	return !found.empty || again || len(p.published.List) == 0 && len(found.list) > 0
}
