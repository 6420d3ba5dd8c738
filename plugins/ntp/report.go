package ntp

import (
	"slices"
	"time"

	"ptvd/plugins/topics"
)

// report tells people and other instances of an agreement.
func (c *client) report(v verdict, asked []*server) {
	c.count++
	sync := topics.Sync{
		At: c.env.Clock.Now(), Count: c.count, Agreed: len(v.agreed), Asked: len(asked),
		Offset: c.env.Clock.Offset(), Spread: v.spread,
		Server: string(v.server), Stratum: v.stratum, RoundTrip: v.roundTrip,
	}
	c.publish.Set(sync)
	c.env.Meter.Count("syncs_total", 1)
	c.env.Meter.Set("offset_seconds", sync.Offset.Seconds())
	c.env.Log.Info("the time is agreed on",
		"offset", sync.Offset.Round(time.Microsecond), "round_trip", sync.RoundTrip.Round(time.Microsecond),
		"stratum", sync.Stratum, "server", sync.Server,
		"spread", sync.Spread.Round(time.Microsecond), "agreed", sync.Agreed, "asked", sync.Asked)
	for _, s := range asked {
		trouble := s.reply.useless
		if trouble == "" && !slices.Contains(v.agreed, s.Server) {
			trouble = "its time is not that of the others"
		}
		c.complain(s, trouble)
	}
}

// complain logs that a server is of no use, once for each reason.
func (c *client) complain(s *server, trouble string) {
	if trouble != "" && trouble != s.trouble {
		c.env.Log.Info("a server is of no use", "server", s.Server, "err", trouble)
	}
	s.trouble = trouble
}

// tolerable is how far the system's clock may be off without a word.
const tolerable = time.Second

// watchSystem warns of a system's clock that is wrong: once, and again when it
// is wrong by another amount.
func (c *client) watchSystem(offset time.Duration) {
	switch {
	case offset.Abs() <= tolerable && c.warned != 0:
		c.env.Log.Info("the system's clock is right again", "offset", offset.Round(time.Millisecond))
		c.warned = 0
	case offset.Abs() > tolerable && (offset-c.warned).Abs() > tolerable:
		c.env.Log.Warn("the system's clock is wrong; what this daemon shows is not", "offset", offset.Round(time.Millisecond))
		c.warned = offset
	}
}
