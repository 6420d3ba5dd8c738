// Package remote is a source of departures that other boards have fetched: a source with
// the option share publishes them, an instance of mqtt passes them on, and here they are
// received and published as [topics.Departures] by the rules of every source.
//
// A board that hears of none for a while may fetch them itself, and share them: after a
// random pause, so that of many boards mostly one does, whose publication quiets the
// others. There is no election. It goes on in its source's period until it hears of newer
// departures than its own.
package remote

import (
	"context"
	"errors"
	"time"

	"ptvd/plugins"
	sources "ptvd/plugins/departures"
	"ptvd/plugins/topics"
)

// Config is the configuration of an instance.
type Config struct {
	From  plugins.From[topics.Inbox]      `yaml:"from" doc:"the topic of an instance of mqtt that receives what other boards share" required:"true"`
	Ask   plugins.From[topics.Departures] `yaml:"ask" doc:"a source with on_demand that is asked when other boards share nothing; none: nothing is"`
	After time.Duration                   `yaml:"after" doc:"how long nothing may be heard of other boards" min:"30s" max:"1h"`
	topics.Signs
	sources.Options
}

func init() {
	plugins.Register(plugins.Spec[Config]{
		Name:     "remote",
		Doc:      "has the departures that other boards fetch and share by MQTT",
		Defaults: Config{After: 2 * time.Minute, Options: sources.Options{Count: 10, IncludeCancelled: true}},
		Topics:   plugins.Topics(sources.Topic),
		New:      New,
	})
}

// firstAfter replaces After at the start, when the departures that others share
// arrive at once.
const firstAfter = 30 * time.Second

type remote struct {
	sources.Source
	cfg Config

	newest plugins.Instant // when the departures that are published were fetched; 0: there are none
	from   string          // the topic of their message; empty: this board has fetched them
	others plugins.Instant // when the newest of other boards were; 0: there are none
	period time.Duration   // of the source of the newest
	began  plugins.Instant
}

// New returns an instance that is not started.
func New(env plugins.Env, cfg Config) (plugins.Plugin, error) {
	return &remote{cfg: cfg, Source: sources.Source{
		Env: env, ServiceOptions: sources.ServiceOptions{Every: cfg.After, Options: cfg.Options}, Filter: topics.Filter{Signs: cfg.Signs},
	}}, nil
}

// Start begins to listen to the other boards.
func (r *remote) Start(t *plugins.Task) error {
	r.Begin()
	r.began = t.Now()
	inbox := plugins.Subscribe(r.Env, r.cfg.From)
	r.Env.Go("receive", func(t *plugins.Task) error { return r.receive(t, inbox) })
	if r.cfg.Ask.Instance != "" {
		own := plugins.Subscribe(r.Env, r.cfg.Ask)
		r.Env.Go("own", func(t *plugins.Task) error { return r.takeOwn(t, own) })
	}
	r.Env.Go("watch", r.watch)
	return nil
}

func (r *remote) receive(t *plugins.Task, inbox *plugins.Subscription[topics.Inbox]) error {
	var seen plugins.Instant
	for messages, _ := inbox.Last(); ; {
		for _, m := range messages {
			if m.Came > seen {
				if err := r.receiveOne(t, m); err != nil {
					return err
				}
			}
		}
		if n := len(messages); n > 0 {
			seen = messages[n-1].Came
		}
		var err error
		if messages, err = inbox.Next(t); err != nil {
			return err
		}
	}
}

func (r *remote) receiveOne(t *plugins.Task, m topics.Received) error {
	since := t.Now().Sub(m.Came)
	found, err := plugins.Await(t, func(context.Context) (sources.Reply, error) { return sources.DecodeShared(m.Payload, m.Left-since) })
	if errors.Is(err, plugins.ErrCancelled) {
		return err
	}
	if err != nil {
		r.Env.Meter.Count("messages_invalid_total", 1)
		r.Env.Log.Debug("message ignored", "topic", m.Topic, "err", err)
		return nil
	}
	r.others = max(r.others, t.Now().Add(-found.Age))
	return r.take(t, found, m.Topic)
}

// takeOwn takes what the source of this board has fetched.
func (r *remote) takeOwn(t *plugins.Task, own *plugins.Subscription[topics.Departures]) error {
	for {
		d, err := own.Next(t)
		if err != nil {
			return err
		}
		if d.Received == 0 || d.Received <= r.newest {
			continue
		}
		found := sources.Reply{
			Stop: d.Stop, Zone: d.Zone, List: d.List, Complete: d.Complete, Age: t.Now().Sub(d.Received), Period: d.Period, Attribution: d.Attribution,
		}
		if err := r.take(t, found, ""); err != nil {
			return err
		}
	}
}

// take publishes departures that are newer than those which are known. Messages of one
// topic arrive in order, and their ages are not compared: one that was delayed on its way
// seems younger than it is, and the next one older.
func (r *remote) take(t *plugins.Task, found sources.Reply, from string) error {
	fetched := t.Now().Add(-found.Age)
	if r.newest != 0 && fetched <= r.newest && from != r.from {
		return nil
	}
	r.newest, r.period, r.from = fetched, found.Period, from
	if r.Env.Clock.Synchronized() {
		found.At = r.Env.Clock.Now()
	}
	return r.Take(t, found)
}

// watch waits until nothing was heard for too long, and has this board ask.
func (r *remote) watch(t *plugins.Task) error {
	rng := plugins.NewRand(r.Env)
	for {
		share := 0.0 // of the limit, by which boards differ
		if r.cfg.Ask.Instance != "" {
			share = rng.Float64()
		}
		until := func() plugins.Instant {
			return max(r.began, r.newest).Add(time.Duration((1 + share) * float64(r.limit())))
		}
		for t.Now() < until() {
			if err := t.SleepUntil(until()); err != nil {
				return err
			}
		}
		if r.cfg.Ask.Instance != "" {
			if err := r.standIn(t); err != nil {
				return err
			}
			continue
		}
		detail := "no board shares departures with " + r.cfg.From.Instance + "; check that one with share is running"
		r.Failed(&sources.Error{Summary: "nothing shared", Detail: detail, Persistent: true})
		if err := t.Sleep(r.cfg.After); err != nil {
			return err
		}
	}
}

// limit returns how long nothing may be heard. A source that asks seldom is not given up
// before its second reply is due.
func (r *remote) limit() time.Duration {
	if r.newest == 0 {
		return min(firstAfter, r.cfg.After)
	}
	return max(r.cfg.After, 2*r.period)
}

// standIn has the source of this board ask in its period, until departures of another board
// are newer than its own.
func (r *remote) standIn(t *plugins.Task) error {
	own := plugins.Subscribe(r.Env, r.cfg.Ask)
	for {
		ask := plugins.ActionRef{Instance: r.cfg.Ask.Instance, Name: sources.Ask.Name()}
		if err := r.Env.Call(ask); err != nil {
			r.Failed(&sources.Error{Summary: "cannot ask", Detail: err.Error(), Persistent: true})
		}
		period := r.cfg.After
		if d, ok := own.Last(); ok {
			period = d.Period
		}
		if err := t.Sleep(period); err != nil {
			return err
		}
		if d, _ := own.Last(); r.others > d.Received {
			return nil
		}
	}
}
