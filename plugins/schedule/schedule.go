// Package schedule calls actions at times of day, by cron expressions, and at sunrise and
// sunset.
package schedule

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/topics"
)

var nextRun = plugins.NewTopic[topics.Text]("next", "what is called next, and when", plugins.State(0))

func init() {
	plugins.Register(plugins.Spec[Config]{
		Name:     "schedule",
		Doc:      "calls actions at times of day, by cron expressions, and at sunrise and sunset",
		Defaults: Config{Late: 10 * time.Minute},
		Topics:   plugins.Topics(nextRun),
		New:      New,
	})
}

// New returns a schedule that is not started.
func New(env plugins.Env, cfg Config) (plugins.Plugin, error) {
	s := &schedule{env: env, late: int64(cfg.Late / time.Second), entries: make([]scheduled, len(cfg.Schedules))}
	for i := range s.entries {
		entry, e := &s.entries[i], &cfg.Schedules[i]
		entry.set(e, cfg.Place)
		entry.do, entry.text = e.Do, strings.Trim(fmt.Sprint(e.Do), "[]")
	}
	return s, nil
}

type schedule struct {
	env     plugins.Env
	late    int64 // in seconds
	entries []scheduled

	// handled is the instant up to which every entry was called, or has been missed. It is
	// 0 before the clock was synchronized for the first time.
	handled int64
}

type scheduled struct {
	timetable
	do   []plugins.ActionRef
	text string // of do
	due  int64  // the instant; 0: never
}

// Start restores the time up to which everything was called, and begins to follow
// the clock.
func (s *schedule) Start(t *plugins.Task) error {
	if err := s.restore(t); err != nil {
		return err
	}
	s.env.Go("follow", s.follow)
	return nil
}

// Stop saves the time up to which everything was called, so that a restart neither repeats
// nor loses an entry.
func (s *schedule) Stop(t *plugins.Task) error { return s.save(t) }

const (
	// recheck is the longest sleep, after which a clock that was corrected is noticed.
	recheck = 30 * time.Second
	// recheckUnsynchronized is the sleep while the clock is not synchronized.
	recheckUnsynchronized = time.Second
	// toleratedUnsynchronized is how long the clock may take to be synchronized, as after
	// each start, before health reports it.
	toleratedUnsynchronized = time.Minute
)

func (s *schedule) follow(t *plugins.Task) error {
	since := t.Now() // the clock is not synchronized
	for {
		pause := recheckUnsynchronized
		switch {
		case s.env.Clock.Synchronized():
			if s.runDue() {
				if err := s.save(t); errors.Is(err, plugins.ErrCancelled) {
					return err
				} else if err != nil {
					s.env.Log.Warn("saving the time of the last run failed", "err", err)
				}
			}
			pause = s.announce()
			since = t.Now()
			s.env.Health.OK()
		case t.Now().Sub(since) >= toleratedUnsynchronized:
			s.env.Health.Degraded("clock not synchronized; nothing is called until it is")
		}
		if err := t.Sleep(pause); err != nil {
			return err
		}
	}
}

// runDue calls the actions of the entries that have come due since the last time, in the
// order of their times, and returns whether there was one.
func (s *schedule) runDue() (ran bool) {
	clock := s.env.Clock.Now()
	now, zone := clock.Unix(), clock.Location()
	after := s.handled
	if after == 0 || after-now > 60*60 {
		after = now // a clock that is set back further than this was wrong before
	}
	s.handled = max(after, now)
	for i := range s.entries {
		e := &s.entries[i]
		e.due = e.last(max(after, now-s.late), now, zone)
		if missed := e.next(after, now, zone); e.due == 0 && missed != 0 {
			s.env.Log.Warn("schedule missed", "due", time.Unix(missed, 0).In(zone), "do", e.text)
		}
	}
	for e := s.earliest(); e != nil; e = s.earliest() {
		due := slog.Time("due", time.Unix(e.due, 0).In(zone))
		s.env.Log.Debug("schedule", due, "do", e.text)
		for _, action := range e.do {
			if err := s.env.Call(action); err != nil {
				s.env.Log.Warn("action failed", due, "action", action, "err", err)
			}
		}
		e.due, ran = 0, true
	}
	return ran
}

// announce publishes what is called next, and returns how long to sleep until then.
func (s *schedule) announce() time.Duration {
	now := s.env.Clock.Now()
	for i := range s.entries {
		e := &s.entries[i]
		e.due = e.next(now.Unix(), now.Unix()+inAYear, now.Location())
	}
	e := s.earliest()
	if e == nil {
		return recheck
	}
	at := time.Unix(e.due, 0).In(now.Location())
	nextRun.Set(s.env, topics.Text(at.Format("Mon 2 Jan 15:04 ")+e.text))
	return min(recheck, at.Sub(now))
}

// earliest returns the entry that is due first; nil: none is due.
func (s *schedule) earliest() (first *scheduled) {
	for i := range s.entries {
		if e := &s.entries[i]; e.due != 0 && (first == nil || e.due < first.due) {
			first = e
		}
	}
	return first
}

// stateFile holds the time up to which everything was called, as RFC 3339.
const stateFile = "handled"

func (s *schedule) save(t *plugins.Task) error {
	if s.handled == 0 {
		return nil
	}
	return plugins.Do(t, func() error {
		return s.env.Storage.Save(stateFile, []byte(time.Unix(s.handled, 0).UTC().Format(time.RFC3339)))
	})
}

func (s *schedule) restore(t *plugins.Task) error {
	text, err := plugins.Await(t, func(context.Context) ([]byte, error) { return s.env.Storage.Load(stateFile) })
	if errors.Is(err, plugins.ErrCancelled) {
		return err
	}
	if err == nil && text != nil {
		var handled time.Time
		handled, err = time.Parse(time.RFC3339, string(text))
		s.handled = max(0, handled.Unix())
	}
	if err != nil {
		s.env.Log.Warn("loading the time of the last run failed; what was missed before now is not called", "err", err)
	}
	return nil
}
