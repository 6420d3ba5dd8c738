// Package departures has what all sources of departures share. A [Source] makes its
// requests once a period, with growing pauses after failures. It makes one departure of
// the rows of one vehicle, keeps delays that a reply lacks, and publishes as many
// departures as are configured. A plugin only has its requests and a decoder. The rules
// for readers are in package topics.
package departures

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/topics"
)

// Topic is what every source publishes; list it in the Spec of its plugin.
var Topic = plugins.NewTopic[topics.Departures]("departures", "the next departures at the stop, and how old they are", plugins.State(topics.StaleAfter))

// Source asks for departures in each period and publishes them. It does not end when
// there are no replies: it retries with growing pauses, and the departures published last
// stay, with the instant at which they were received, so that readers know their age.
//
// A plugin of a source has the rest: its requests, and what it makes of the replies. Its
// New fills in the exported fields; its methods are the Source's, if that is embedded.
type Source struct {
	Env plugins.Env
	ServiceOptions

	// Attribution is what the licence of the data asks for; see [topics.Departures].
	Attribution string

	// Requests are made one after the other in each period. They fail one by one.
	Requests []Request
	// Filter is applied to the replies, and Unfiltered is the request for all that there
	// is at the stop, by which IDs in the filter are checked.
	Filter     topics.Filter
	Unfiltered Request

	// FindStops returns the stops that a text names, those near a position first. It is
	// called for a stop whose id the service does not know any more; nil: it cannot be asked.
	FindStops func(ctx context.Context, text string, near plugins.Position) ([]Stop, error)

	parts     []part
	published topics.Departures
	delays    Delays
	wasEmpty  bool // the latest reply had no departure of one of the requests
	seen      seen
	place     place           // of the stop
	unknown   []string        // words of replies that were logged
	looked    plugins.Instant // when the unfiltered request was last made; 0: never
	backoff   plugins.Backoff
	recheck   plugins.Backoff
	asked     *plugins.Flag // by the action
}

// Ask is the action of every source; list it in the Spec of its plugin.
var Ask = plugins.NewAction("ask", "fetches departures once, of a source that is on demand")

// Request is a request for departures.
type Request struct {
	Of string // what it asks for where there are several: route 4

	// Ask makes the request and decodes the reply, beside the loop. An error of the
	// service or of the network is an *[Error].
	Ask func(ctx context.Context) (Reply, error)
}

// Reply is what a request has found.
type Reply struct {
	Stop     string           // the stop's name
	Position plugins.Position // where it is, for FindStops; zero: not known
	Zone     *time.Location   // the stop's; nil: not known
	List     []topics.Departure
	Complete bool      // the list has all departures, before the filter
	Empty    bool      // there was none at all before the filter
	At       time.Time // when it was made; zero: not known
	Doubt    string    // why not all of it can be relied on; empty: it can
	Mismatch string    // what was asked for does not exist at the stop; empty: it may
	Unknown  []string  // words in it that are not known

	// Of a reply that another board has fetched; zero: it was not.
	Age         time.Duration // how old it was when it came
	Period      time.Duration // how often the other one asks
	Attribution string

	ids map[string][]string // that occur before the filter; see [topics.IDs]
}

// recheckAfter is the pause after a reply that is not believed, give or take a fifth.
const recheckAfter = 7500 * time.Millisecond

// Start publishes that no departures are known, and begins to fetch them.
func (s *Source) Start(*plugins.Task) error {
	s.Begin()
	s.asked = plugins.NewFlag(s.Env)
	Ask.Handle(s.Env, func(string) error {
		if !s.OnDemand {
			return fmt.Errorf("%s asks by itself every %v; write on_demand: true", s.Env.Instance, s.Every)
		}
		s.asked.Set()
		return nil
	})
	s.Env.Meter.Count("fetches_ok_total", 0) // so that they are reported from the start
	s.Env.Meter.Count("fetches_failed_total", 0)
	s.Env.Go("fetch", s.run)
	return nil
}

// Stop does nothing.
func (s *Source) Stop(*plugins.Task) error { return nil }

// Begin publishes that no departures are known, for a plugin that does not Start the
// source, but passes on what others have fetched by Take.
func (s *Source) Begin() {
	s.begin()
	Topic.Set(s.Env, s.published)
	if !s.Env.Clock.Synchronized() {
		s.Env.Go("clock", s.awaitClock)
	}
}

// awaitClock publishes once more when the clock is synchronized: until then, the JSON has no
// departures.
func (s *Source) awaitClock(t *plugins.Task) error {
	for !s.Env.Clock.Synchronized() {
		if err := t.Sleep(time.Second); err != nil {
			return err
		}
	}
	Topic.Set(s.Env, s.published)
	return nil
}

func (s *Source) begin() {
	s.seen = seen{}
	s.published = topics.Departures{Began: s.Env.Now(), Walk: s.Walk, Period: s.Every, Attribution: s.Attribution}
	s.backoff, s.recheck = plugins.NewBackoff(s.Env), plugins.NewBackoff(s.Env)
	for _, r := range s.Requests {
		s.parts = append(s.parts, part{Request: r, backoff: plugins.NewBackoff(s.Env)})
	}
}

// run fetches departures once in each period. After a failure it retries with growing
// pauses, if necessary for several periods, and then continues at the next one.
func (s *Source) run(t *plugins.Task) error {
	if err := s.load(t); err != nil {
		return err
	}
	for range t.Every(s.Every) {
		if s.OnDemand {
			if err := s.asked.Wait(t); err != nil {
				return err
			}
		}
		for {
			found, err := s.fetch(t)
			if err == nil && !s.isCredible(found) {
				if err := t.Sleep(s.recheck.Next(recheckAfter, recheckAfter)); err != nil {
					return err
				}
				continue
			}
			if err == nil {
				if err = s.publish(t, found); err == nil {
					break
				}
			}
			var failure *Error
			if !errors.As(err, &failure) {
				return err
			}
			pause := s.Failed(failure)
			if s.OnDemand { // until it is asked again
				break
			}
			if err := t.Sleep(pause); err != nil {
				return err
			}
		}
	}
	return nil
}

// isCredible tells whether a reply is used. One without departures, even for one of the
// requests alone, is more often a fault of the service than the end of service, unless
// the one before had none either. At the start, what other requests have is shown at
// once.
func (s *Source) isCredible(found Reply) bool {
	again := s.wasEmpty
	s.wasEmpty = found.Empty
	return !found.Empty || again || len(s.published.List) == 0 && len(found.List) > 0
}

// publish publishes what was found. An error is that of a request which tells why
// nothing was.
func (s *Source) publish(t *plugins.Task, found Reply) error {
	isNew, mismatch := s.note(found), found.Mismatch
	if len(found.List) == 0 {
		why, learned, err := s.mismatch(t)
		if err != nil {
			return err // what was published last stays whole
		}
		mismatch, isNew = cmp.Or(why, mismatch), isNew || learned
		found.Doubt = cmp.Or(mismatch, found.Doubt)
	}
	s.backoff.Reset()
	s.published.Received, s.published.Problem, s.published.Mismatch = t.Now().Add(-found.Age), "", mismatch
	s.published.Period, s.published.Attribution = cmp.Or(found.Period, s.Every), cmp.Or(found.Attribution, s.Attribution)
	list := slices.Clone(found.List)
	s.delays.Presume(list, t.Now())
	list, cut := Next(list, found.At, s.Walk, s.Count)
	s.published.Stop, s.published.Complete = cmp.Or(found.Stop, s.published.Stop), found.Complete && !cut
	s.published.Zone = cmp.Or(found.Zone, s.published.Zone)
	s.published.List, s.published.IDs = list, s.seen.of(listed)
	Topic.Set(s.Env, s.published)
	if s.Share {
		sharedTopic.Set(s.Env, Shared{s.published})
	}
	if found.Doubt != "" {
		s.Env.Health.Degraded("%s", found.Doubt)
	} else {
		s.Env.Health.OK()
	}
	for _, word := range found.Unknown { // each is logged once, and twenty at most
		if len(s.unknown) < 20 && !slices.Contains(s.unknown, word) {
			s.unknown = append(s.unknown, word)
			s.Env.Log.Debug("unknown value in a reply ignored", "value", word)
		}
	}
	s.Env.Log.Debug("departures received", "stop", s.published.Stop, "count", len(s.published.List))
	if isNew {
		return s.save(t)
	}
	return nil
}

// Take publishes what another board has fetched.
func (s *Source) Take(t *plugins.Task, found Reply) error { return s.publish(t, s.filtered(found)) }

// Failed handles a failed request and returns the pause before the retry. A single failure
// is not reported, unless it is persistent.
func (s *Source) Failed(err *Error) time.Duration {
	pause := err.pause(&s.backoff)
	if s.backoff.Tries() > 1 || err.Persistent {
		s.published.Problem = err.Summary
		Topic.Set(s.Env, s.published)
		s.Env.Health.Degraded("%v", err)
	}
	s.Env.Log.Debug("fetch failed", "err", err, "retry_in", pause.Round(time.Second))
	return pause
}

// keptPast is how long ago a departure may have left to be kept, for readers whose
// clock is behind.
const keptPast = 10 * time.Minute

// Next returns the departures in order: up to count that run and can be caught at a
// time with a walk, and those before and between them. It tells whether count left
// any out. Without a time, which is zero, none counts as past.
//
// Rows of one vehicle are one departure, see [topics.Distinct].
func Next(list []topics.Departure, at time.Time, walk time.Duration, count int) (next []topics.Departure, cut bool) {
	catchable := 0
	for _, d := range topics.Distinct(list) {
		if d.When().Before(at.Add(-keptPast)) {
			continue
		}
		if !d.Cancelled && !d.When().Before(at.Add(walk)) {
			if catchable++; catchable > count {
				return next, true
			}
		}
		next = append(next, d)
	}
	return next, false
}

// Delays remembers how late each run was, for replies that lack an estimate which the
// one before had. The zero value is ready.
type Delays struct{ known map[run]delay }

type run struct {
	name      string
	scheduled time.Time
}

type delay struct {
	by time.Duration
	at plugins.Instant
}

// presumedFor is how long a delay is presumed after its last estimate. Then the
// timetable counts.
const presumedFor = 2 * time.Minute

// Presume completes the departures of a reply that came now: one whose estimate has
// vanished is presumed to be as late as it was. Without that, a train that is six
// minutes late would seem to have left, and come back with the next reply.
func (d *Delays) Presume(list []topics.Departure, now plugins.Instant) {
	next := map[run]delay{}
	for i := range list {
		one := &list[i]
		key := run{one.Run, one.Scheduled}
		if one.Run == "" || one.Cancelled {
			continue
		}
		if !one.Estimated.IsZero() {
			next[key] = delay{one.Estimated.Sub(one.Scheduled), now}
			continue
		}
		if last, ok := d.known[key]; ok && now.Sub(last.at) <= presumedFor {
			one.Estimated, one.Presumed = one.Scheduled.Add(last.by), true
			next[key] = last
		}
	}
	d.known = next
}
