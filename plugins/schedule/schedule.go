// Package schedule calls actions at times of day, by cron expressions, and at sunrise and
// sunset.
package schedule

import (
	"context"
	"errors"
	"fmt"
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
	s := &schedule{env: env, cfg: cfg}
	for _, entry := range cfg.Schedules {
		s.entries = append(s.entries, newTimetable(entry, cfg.Place))
	}
	return s, nil
}

type schedule struct {
	env     plugins.Env
	cfg     Config
	entries []timetable // of cfg.Schedules

	// handled is the time up to which every entry was called, or has been missed. It is
	// zero before the clock was synchronized for the first time.
	handled time.Time
}

// Start restores up to when all was done, and begins to follow the clock.
func (s *schedule) Start(t *plugins.Task) error {
	if err := s.restore(t); err != nil {
		return err
	}
	s.env.Go("follow", s.follow)
	return nil
}

// Stop saves up to when all was done, so that a restart neither repeats nor loses an entry.
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

// follow calls what is due.
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
	now := s.env.Clock.Now()
	after := resume(s.handled, now)
	s.handled = later(after, now)
	due := make([]time.Time, len(s.entries))
	for i, entry := range s.entries {
		due[i] = entry.last(later(after, now.Add(-s.cfg.Late)), now)
		if missed := entry.next(after); due[i].IsZero() && !missed.IsZero() && !missed.After(now) {
			s.env.Log.Warn("schedule missed", "due", missed, "late", s.cfg.Late, "do", s.cfg.Schedules[i].Do)
		}
	}
	for i := earliest(due); i >= 0; i = earliest(due) {
		s.env.Log.Debug("schedule", "due", due[i], "do", s.cfg.Schedules[i].Do)
		for _, action := range s.cfg.Schedules[i].Do {
			if err := s.env.Call(action); err != nil {
				s.env.Log.Warn("action failed", "due", due[i], "action", action, "err", err)
			}
		}
		due[i], ran = time.Time{}, true
	}
	return ran
}

// announce publishes what is called next, and returns how long to sleep until then.
func (s *schedule) announce() time.Duration {
	now := s.env.Clock.Now()
	due := make([]time.Time, len(s.entries))
	for i, entry := range s.entries {
		due[i] = entry.next(now)
	}
	i := earliest(due)
	if i < 0 {
		return recheck
	}
	nextRun.Set(s.env, topics.Text(due[i].Format("Mon 2 Jan 15:04 ")+strings.Trim(fmt.Sprint(s.cfg.Schedules[i].Do), "[]")))
	return min(recheck, due[i].Sub(now))
}

// earliest returns the index of the earliest of some times, not counting zero; -1: there is
// none.
func earliest(times []time.Time) int {
	found := -1
	for i, t := range times {
		if !t.IsZero() && (found < 0 || t.Before(times[found])) {
			found = i
		}
	}
	return found
}

// resume returns the time after which entries are due, when all up to handled was done. A
// clock that is set back by less than an hour repeats nothing; one that is set back further
// was wrong before.
func resume(handled, now time.Time) time.Time {
	if handled.IsZero() || handled.Sub(now) > time.Hour {
		return now
	}
	return handled.In(now.Location())
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// stateFile holds the time up to which all was done, as RFC 3339.
const stateFile = "handled"

func (s *schedule) save(t *plugins.Task) error {
	if s.handled.IsZero() {
		return nil
	}
	_, err := plugins.Await(t, func(context.Context) (struct{}, error) {
		return struct{}{}, s.env.Storage.Save(stateFile, []byte(s.handled.UTC().Format(time.RFC3339)))
	})
	return err
}

func (s *schedule) restore(t *plugins.Task) error {
	text, err := plugins.Await(t, func(context.Context) ([]byte, error) { return s.env.Storage.Load(stateFile) })
	if errors.Is(err, plugins.ErrCancelled) {
		return err
	}
	if err == nil && text != nil {
		s.handled, err = time.Parse(time.RFC3339, string(text))
	}
	if err != nil {
		s.env.Log.Warn("loading the time of the last run failed; what was missed before now is not called", "err", err)
	}
	return nil
}
