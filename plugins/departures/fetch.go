package departures

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/topics"
)

const fetchTimeout = 10 * time.Second

// part is one of the requests, with its newest reply.
type part struct {
	Request
	found   Reply
	at      plugins.Instant // of the reply; 0: there is none yet
	err     *Error          // of the newest request
	retry   plugins.Instant // when it is made again after that; 0: in the next period
	backoff plugins.Backoff
}

// fetch makes all requests. One that fails costs only its own departures: the others are
// new, and the doubt names the one that fails. It is an error if all of them do.
func (s *Source) fetch(t *plugins.Task) (all Reply, err error) {
	all = Reply{Complete: true, ids: map[string][]string{}}
	var doubt string
	failed := 0
	for i := range s.parts {
		one := &s.parts[i]
		if err := s.update(t, one); err != nil {
			return Reply{}, err
		}
		found := one.found
		if one.err != nil {
			failed++
			found = s.instead(t, one)
		}
		if one.err != nil && (one.backoff.Tries() > 1 || one.err.Persistent) {
			doubt = cmp.Or(doubt, one.Of+": "+one.err.Error())
		}
		all.add(found)
	}
	if failed == len(s.parts) {
		return Reply{}, s.parts[0].err
	}
	all.Doubt = cmp.Or(doubt, all.Doubt)
	return all, nil
}

// update makes one of the requests, unless it has failed and others have not: then it
// waits until it is time for its retry. An error is one that the others would have, too.
func (s *Source) update(t *plugins.Task, one *part) error {
	works := func(other part) bool { return other.err == nil && other.at != 0 }
	if t.Now() < one.retry && slices.ContainsFunc(s.parts, works) {
		return nil
	}
	found, err := s.ask(t, one.Request)
	if one.err = nil; err == nil {
		one.found, one.at, one.retry = found, t.Now(), 0
		one.backoff.Reset()
		return nil
	}
	if !errors.As(err, &one.err) || one.err.Persistent && !one.err.OfRequest {
		return err
	}
	one.retry = t.Now().Add(one.err.pause(&one.backoff))
	s.Env.Log.Debug("request failed", "of", one.Of, "err", err)
	return nil
}

// instead returns what stands for a reply that did not come: the departures of the last
// one, without its estimates, until they are stale.
func (s *Source) instead(t *plugins.Task, one *part) Reply {
	found := Reply{}
	if one.at == 0 || t.Now().Sub(one.at) > s.published.Lifetime() {
		return found
	}
	for _, d := range one.found.List {
		d.Estimated, d.AtPlatform = time.Time{}, false
		found.List = append(found.List, d)
	}
	return found
}

func (all *Reply) add(found Reply) {
	all.Zone, all.Position = cmp.Or(all.Zone, found.Zone), cmp.Or(all.Position, found.Position)
	all.Mismatch = cmp.Or(all.Mismatch, found.Mismatch)
	all.Stop, all.Doubt = cmp.Or(all.Stop, found.Stop), cmp.Or(all.Doubt, found.Doubt)
	all.Complete, all.Empty = all.Complete && found.Complete, all.Empty || found.Empty
	all.List, all.Unknown = append(all.List, found.List...), append(all.Unknown, found.Unknown...)
	all.At = cmp.Or(found.At, all.At)
	for kind, ids := range found.ids {
		all.ids[kind] = append(all.ids[kind], ids...)
	}
}

func (s *Source) ask(t *plugins.Task, r Request) (found Reply, err error) {
	now := time.Time{}
	if s.Env.Clock.Synchronized() {
		now = s.Env.Clock.Now()
	}
	last := s.place
	err = t.Timeout(fetchTimeout, func() (err error) {
		found, err = plugins.Await(t, func(ctx context.Context) (Reply, error) {
			found, err := r.Ask(ctx)
			return s.filtered(found), s.lookUp(ctx, last, err)
		})
		return err
	})
	if errors.Is(err, plugins.ErrTimeout) {
		err = errTimeout
	}
	if !now.IsZero() && found.At.Sub(now).Abs() > time.Minute { // it tells no time, or a wrong one
		if !found.At.IsZero() {
			found.Doubt = cmp.Or(found.Doubt, "the clocks of the board and of the service differ by more than a minute: set the system clock, or add an instance of ntp")
		}
		found.At = now
	}
	counter := "fetches_ok_total"
	if err != nil {
		counter = "fetches_failed_total"
	}
	s.Env.Meter.Count(counter, 1)
	return found, err
}

// filtered applies the filter, and notes which IDs occur before it.
func (s *Source) filtered(found Reply) Reply {
	found.ids = topics.IDs(found.List)
	wanted, certain := s.Filter.Apply(found.List)
	if !s.IncludeCancelled {
		wanted = slices.DeleteFunc(wanted, func(d topics.Departure) bool { return d.Cancelled })
	}
	found.List, found.Complete = wanted, found.Complete && certain
	return found
}

// CheckOnline asks for departures once and returns the next five, or why there are none.
func (s *Source) CheckOnline(t *plugins.Task) (string, error) {
	s.begin()
	found, err := s.fetch(t)
	if err != nil {
		return "", err
	}
	if err := s.publish(t, found); err != nil {
		return "", err
	}
	d := s.published
	if d.Mismatch != "" {
		return "", fmt.Errorf("%s", d.Mismatch)
	}
	lines := []string{fmt.Sprintf("%s: %d departures", d.Stop, len(d.List))}
	for _, one := range d.List[:min(len(d.List), 5)] {
		how := "by the timetable"
		switch {
		case one.Cancelled:
			how = "cancelled"
		case one.Live():
			how = "live"
		}
		where := strings.TrimSpace(one.Number + " " + one.Headsign)
		if one.Platform != "" {
			where += ", platform " + one.Platform
		}
		lines = append(lines, fmt.Sprintf("%s  %s (%s)", one.When().In(s.Env.Clock.Now().Location()).Format("15:04"), where, how))
	}
	return strings.Join(lines, "\n"), nil
}
