package ntp

import (
	"cmp"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/topics"
)

// client is an instance at work.
type client struct {
	env     plugins.Env
	cfg     Config
	root    fs.FS // the system's files
	publish plugins.Publisher[topics.Sync]
	servers []*server
	pace    pace

	count  int             // agreements
	own    answer          // the last of them …
	at     plugins.Instant // … and when it was; at first, the start
	warned time.Duration   // the system's offset that was last complained of
	hasSet bool            // the system's clock, since the start
}

// Start starts asking. In the mode discipline it refuses where somebody else
// sets the clock, or where this process may not.
func (c *client) Start(t *plugins.Task) error {
	if c.cfg.Mode == discipline {
		if err := c.maySet(t); err != nil {
			return err
		}
	}
	c.pace = pace{every: c.cfg.Every, random: c.chance()}
	c.at = t.Now()
	c.env.Meter.Count("syncs_total", 0) // so that a report has it from the start
	c.env.Go("sync", c.run)
	return nil
}

// chance differs between boards, which do not start in the same nanosecond, and
// is the same in each run of the same virtual time.
func (c *client) chance() *rand.Rand {
	name := fnv.New64a()
	name.Write([]byte(c.env.Instance))
	return rand.New(rand.NewPCG(uint64(c.env.Clock.Uncorrected().UnixNano()), name.Sum64()))
}

// Stop has nothing to leave in order.
func (c *client) Stop(*plugins.Task) error { return nil }

func (c *client) run(t *plugins.Task) error {
	for {
		outcome, err := c.round(t)
		if err != nil {
			return err
		}
		next := t.Now().Add(c.pace.after(outcome))
		if err := t.SleepUntil(max(next, c.firstReady())); err != nil {
			return err
		}
	}
}

// firstReady returns when the first server may be asked again.
func (c *client) firstReady() plugins.Instant {
	return slices.MinFunc(c.servers, func(a, b *server) int { return cmp.Compare(a.from, b.from) }).from
}

// round asks the servers once and takes what they agree on.
func (c *client) round(t *plugins.Task) (outcome, error) {
	asked, err := c.askAll(t)
	if err != nil {
		return unsent, err
	}
	agreed, err := c.judge(asked, t.Now())
	if err != nil {
		c.lost(err, t.Now())
		if slices.ContainsFunc(asked, func(s *server) bool { return !s.reply.unsent }) {
			return unheard, nil
		}
		return unsent, nil
	}
	c.own, c.at = agreed.answer, t.Now()
	c.report(agreed, asked)
	return synced, c.keepSystem(t)
}

// judge corrects the clock by what the servers agree on, or says why it cannot.
func (c *client) judge(asked []*server, now plugins.Instant) (verdict, error) {
	var voices []answer
	var useless []string
	for _, s := range asked {
		if s.reply.useless != "" {
			useless = append(useless, fmt.Sprintf("%s: %s", s.Server, s.reply.useless))
			continue
		}
		voices = append(voices, s.reply.answer)
		c.env.Log.Debug("an answer", "server", s.Server, "time", c.env.Clock.Uncorrected().Add(s.reply.offset), "bound", s.reply.bound)
	}
	if len(voices) == 0 {
		return verdict{}, errors.New("no time from " + strings.Join(useless, "; "))
	}
	if 2*len(voices) <= len(c.servers) && c.remembers(now) {
		voices = append(voices, c.memory(now))
	}
	agreed, ok := agree(voices)
	if !ok {
		return verdict{}, errors.New("no majority of the servers agrees on the time")
	}
	return agreed, c.env.Clock.Correct(agreed.offset)
}

// Our own clock has a voice where only a few servers answer: the one that lies
// must not have its way because the others are silent. After a day without an
// agreement that is over.
func (c *client) remembers(now plugins.Instant) bool { return c.count > 0 && now.Sub(c.at) < day }

func (c *client) memory(now plugins.Instant) answer {
	const (
		drift = 500e-6                 // as far as the kernel bends its clocks
		slew  = 500 * time.Millisecond // an adjustment takes the monotonic clock along
	)
	age := time.Duration(drift * float64(now.Sub(c.at)))
	return answer{offset: c.own.offset, bound: c.own.bound + slew + age}
}

// lost notes a round without an agreement. One is no alarm: the instance is
// degraded after three periods, or, where it never knew the time, half a minute.
func (c *client) lost(why error, now plugins.Instant) {
	c.env.Log.Debug("the time was not agreed on", "err", why)
	patience := 3 * c.cfg.Every
	if c.count == 0 {
		patience = 30 * time.Second
	}
	if now.Sub(c.at) >= patience {
		c.env.Health.Degraded("%v", why)
	}
}
