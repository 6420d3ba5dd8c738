package ntp

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/topics"
)

type client struct {
	env      plugins.Env
	cfg      Config
	root     fs.FS // of the system
	servers  []*server
	interval pollInterval

	count    int             // synchronizations since the start
	slack    time.Duration   // of the time since the latest, by suspends of the machine
	last     sample          // the latest of them
	lastAt   plugins.Instant // when it was; before the first, the start of the instance
	warned   time.Duration   // the system clock's offset in the latest warning; 0: none
	adjusted bool            // the system clock was set since the start

	unsynchronized bool // the next synchronization is news
}

// Start begins to poll. In mode discipline it fails if another daemon sets the system
// clock, or if this process may not.
func (c *client) Start(t *plugins.Task) error {
	if c.cfg.Mode == discipline {
		if err := c.checkMaySet(t); err != nil {
			return err
		}
	}
	c.interval = pollInterval{every: c.cfg.Every, rng: plugins.NewRand(c.env)}
	c.lastAt, c.unsynchronized = t.Now(), true
	c.env.Meter.Describe("syncs_total", "Synchronizations of the clock.")
	c.env.Meter.Describe("offset_seconds", "Offset of the clock at the last synchronization.")
	c.env.Meter.Count("syncs_total", 0) // so that it is reported from the start
	c.env.Go("sync", c.run)
	return nil
}

// Stop does nothing.
func (c *client) Stop(*plugins.Task) error { return nil }

func (c *client) run(t *plugins.Task) error {
	for {
		outcome, err := c.poll(t)
		if err != nil {
			return err
		}
		next := max(t.Now().Add(c.interval.after(outcome)), c.earliestQuery())
		if err := c.waitUntil(t, next); err != nil {
			return err
		}
	}
}

// waitUntil waits for the next poll, or until the machine has resumed after it was
// suspended.
func (c *client) waitUntil(t *plugins.Task, next plugins.Instant) error {
	resumed := c.env.TimeSource.Resumed()
	err := t.Timeout(next.Sub(t.Now()), func() error { return resumed.Wait(t) })
	if errors.Is(err, plugins.ErrTimeout) {
		err = nil
	}
	if err != nil || !resumed.IsSet() {
		return err
	}
	resumed.Clear()
	c.unsynchronized = true
	c.slack += 2 * time.Second // the kernel counts a suspend in seconds
	return t.SleepUntil(c.earliestQuery())
}

// earliestQuery returns when the first server may be queried again.
func (c *client) earliestQuery() plugins.Instant {
	return slices.MinFunc(c.servers, func(a, b *server) int { return cmp.Compare(a.notBefore, b.notBefore) }).notBefore
}

func (c *client) poll(t *plugins.Task) (outcome, error) {
	queried, err := c.queryAll(t)
	if err != nil {
		return noNetwork, err
	}
	selected, err := c.correct(queried, t.Now())
	if err != nil {
		c.failed(err, t.Now())
		if slices.ContainsFunc(queried, func(s *server) bool { return s.sent }) {
			return noMajority, nil
		}
		return noNetwork, nil
	}
	c.last, c.lastAt, c.slack = selected.sample, t.Now(), 0
	c.report(selected, queried)
	return synchronized, c.adjustSystem(t)
}

func (c *client) correct(queried []*server, now plugins.Instant) (selection, error) {
	var samples []sample
	var unusable []string
	for _, s := range queried {
		if s.err != nil {
			unusable = append(unusable, fmt.Sprintf("%s: %v", s.Server, s.err))
			continue
		}
		samples = append(samples, s.sample)
		c.env.Log.Debug("NTP sample", "server", s.Server, "time", c.env.TimeSource.Uncorrected().Add(s.offset), "root_distance", s.bound)
	}
	if len(samples) == 0 {
		return selection{}, errors.New("no usable NTP server: " + strings.Join(unusable, "; "))
	}
	if 2*len(samples) <= len(c.servers) && c.count > 0 && now.Sub(c.lastAt) < day {
		samples = append(samples, c.holdover(now))
	}
	selected, ok := selectMajority(samples)
	if !ok {
		return selection{}, errors.New("no majority: the NTP servers disagree on the time")
	}
	return selected, c.env.TimeSource.Correct(selected.offset)
}

// holdover returns our own clock as a sample. It counts if at most half of the servers
// reply, so that one wrong server is not believed because the others are silent, for a
// day after the latest synchronization.
func (c *client) holdover(now plugins.Instant) sample {
	const (
		drift = 500e-6                 // the largest frequency correction of the kernel
		slew  = 500 * time.Millisecond // slewing the system clock also changes the monotonic clock
	)
	age := time.Duration(drift * float64(now.Sub(c.lastAt)))
	return sample{offset: c.last.offset, bound: c.last.bound + slew + age + c.slack}
}

// failed handles a poll without a result. A single one does not matter: the instance is
// degraded after three periods, or before the first synchronization after 30 s.
func (c *client) failed(err error, now plugins.Instant) {
	c.env.Log.Debug("clock not synchronized", "err", err)
	degradeAfter := 3 * c.cfg.Every
	if c.count == 0 {
		degradeAfter = 30 * time.Second
	}
	if now.Sub(c.lastAt) >= degradeAfter {
		c.unsynchronized = true
		c.env.Health.Degraded("%v", err)
	}
}

// report publishes a synchronization, and logs it if it is the first after a failure.
func (c *client) report(selected selection, queried []*server) {
	c.count++
	sync := topics.Sync{
		At: c.env.Clock.Now(), Count: c.count, Agreed: len(selected.agreed), Asked: len(queried),
		Offset: c.env.TimeSource.Offset(), Spread: selected.spread,
		Server: string(selected.server), Stratum: selected.stratum, RoundTrip: selected.roundTrip,
	}
	synchronization.Set(c.env, sync)
	c.env.Meter.Count("syncs_total", 1)
	c.env.Meter.Set("offset_seconds", sync.Offset.Seconds())
	level := slog.LevelDebug
	if c.unsynchronized {
		level, c.unsynchronized = slog.LevelInfo, false
	}
	c.env.Log.Log(context.Background(), level, "clock synchronized",
		"offset", sync.Offset.Round(time.Microsecond), "round_trip", sync.RoundTrip.Round(time.Microsecond),
		"stratum", sync.Stratum, "server", sync.Server,
		"spread", sync.Spread.Round(time.Microsecond), "agreed", sync.Agreed, "asked", sync.Asked)
	for _, s := range queried {
		err := s.err
		if err == nil && !slices.Contains(selected.agreed, s.Server) {
			err = errFalseticker
		}
		if text := fmt.Sprint(err); text != s.logged {
			if s.logged = text; err != nil {
				c.env.Log.Info("NTP server unusable", "server", s.Server, "err", err)
			}
		}
	}
}

// errFalseticker has the term of RFC 5905.
var errFalseticker = errors.New("falseticker: disagrees with the majority")

// maxOffset is the largest offset of the system clock without a warning.
const maxOffset = time.Second

// checkSystem warns if the system clock is wrong, and again if its offset changes.
func (c *client) checkSystem(offset time.Duration) {
	switch {
	case offset.Abs() <= maxOffset && c.warned != 0:
		c.env.Log.Info("system clock is correct again", "offset", offset.Round(time.Millisecond))
		c.warned = 0
	case offset.Abs() > maxOffset && (offset-c.warned).Abs() > maxOffset:
		c.env.Log.Warn("system clock is wrong; ptvd uses the time of the NTP servers", "offset", offset.Round(time.Millisecond))
		c.warned = offset
	}
}

// outcome is the result of one poll of all servers.
type outcome int

const (
	synchronized outcome = iota
	noMajority           // servers were queried, but there was no agreement on the time
	noNetwork            // no query left the board
)

// pollInterval says how long to wait between polls. Without a network the interval is
// short, since no server sees the attempts. Servers that do not reply are polled less
// and less often. Jitter keeps boards that were switched on together from polling at
// the same time.
type pollInterval struct {
	every time.Duration
	rng   *rand.Rand
	last  outcome
	count int // of the same outcome in succession
}

func (p *pollInterval) after(o outcome) time.Duration {
	if o != p.last {
		p.last, p.count = o, 0
	}
	doublings := min(p.count, 16)
	p.count++
	switch o {
	case noNetwork:
		return p.jitter(min(time.Second<<doublings, minEvery))
	case noMajority:
		return max(p.jitter(min(minEvery<<doublings, p.every)), minEvery)
	default:
		return max(p.jitter(p.every), minEvery)
	}
}

// jitter changes a duration by up to 10 %.
func (p *pollInterval) jitter(d time.Duration) time.Duration {
	return d + time.Duration((p.rng.Float64()-0.5)/5*float64(d))
}
