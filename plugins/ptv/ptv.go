package ptv

import (
	"context"
	"errors"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/topics"
)

func init() {
	plugins.Register(plugins.Spec[Config]{
		Name:     "ptv",
		Doc:      "fetches the next departures at a stop in Victoria from the PTV Timetable API",
		Defaults: defaults,
		Topics:   []plugins.Topic{plugins.Publishes[topics.Departures]("departures", "the next departures at the stop, and how fresh they are")},
		New:      New,
	})
}

// patience is how long one attempt may take.
const patience = 10 * time.Second

// The pauses between attempts that fail.
const (
	shortPause   = 5 * time.Second // at first, after what may be over in a moment
	lastingPause = time.Minute     // at first, after what lasts
	maxPause     = 5 * time.Minute
)

type ptv struct {
	env    plugins.Env
	cfg    Config
	client Client
	out    plugins.Publisher[topics.Departures]
	known  topics.Departures // what was published last
	pause  plugins.Backoff
}

// New returns an instance that is not running yet.
func New(env plugins.Env, cfg Config) (plugins.Plugin, error) {
	return &ptv{
		env: env, cfg: cfg,
		client: cfg.Client(env.Net.HTTP),
		out:    plugins.Publish[topics.Departures](env, "departures"),
		known:  topics.Departures{Walk: cfg.Walk, Period: cfg.Every},
	}, nil
}

// Start publishes that nothing is known yet, and begins to ask.
func (p *ptv) Start(*plugins.Task) error {
	p.pause = plugins.NewBackoff(p.env.Clock, p.env.Instance)
	p.out.Set(p.known)
	p.env.Meter.Count("fetches_ok_total", 0) // so that a report has it from the start
	p.env.Meter.Count("fetches_failed_total", 0)
	p.env.Go("fetch", p.run)
	return nil
}

// Stop has nothing to leave behind.
func (p *ptv) Stop(*plugins.Task) error { return nil }

// run brings one answer in every period. While none comes it asks again after
// growing pauses, over the ends of periods, and then is back in step.
func (p *ptv) run(t *plugins.Task) error {
	for range t.Every(p.cfg.Every) {
		for {
			found, err := p.fetch(t)
			var trouble *Trouble
			if err == nil {
				p.take(t, found)
				break
			}
			if !errors.As(err, &trouble) {
				return err
			}
			if err := t.Sleep(p.miss(trouble)); err != nil {
				return err
			}
		}
	}
	return nil
}

// fetch asks once.
func (p *ptv) fetch(t *plugins.Task) (found board, err error) {
	err = t.Timeout(patience, func() (err error) {
		found, err = plugins.Await(t, func(ctx context.Context) (board, error) {
			return p.client.departures(ctx, p.cfg)
		})
		return err
	})
	if errors.Is(err, plugins.ErrTimeout) {
		return board{}, noAnswer
	}
	return found, err
}

// take publishes an answer.
func (p *ptv) take(t *plugins.Task, found board) {
	p.pause.Reset()
	p.known.Received, p.known.Problem = t.Now(), ""
	p.known.Stop, p.known.Complete = orElse(found.stop, p.known.Stop), found.complete
	p.known.List = make([]topics.Departure, len(found.list))
	for i, d := range found.list {
		p.known.List[i] = d.Departure
	}
	p.out.Set(p.known)
	p.env.Meter.Count("fetches_ok_total", 1)
	p.env.Health.OK()
	p.env.Log.Debug("departures", "stop", p.known.Stop, "count", len(p.known.List))
}

// miss says that none came, and returns how long to wait. One that was lost is no
// alarm; two in a row are, and so is trouble that will last.
func (p *ptv) miss(trouble *Trouble) time.Duration {
	first := shortPause
	if trouble.Lasting {
		first = lastingPause
	}
	pause := p.pause.Next(first, maxPause)
	p.env.Meter.Count("fetches_failed_total", 1)
	if p.pause.Tries() > 1 || trouble.Lasting {
		p.known.Problem = trouble.Words
		p.out.Set(p.known)
		p.env.Health.Degraded("%v", trouble)
	}
	p.env.Log.Debug("no departures", "err", trouble, "retry_in", pause.Round(time.Second))
	return pause
}
