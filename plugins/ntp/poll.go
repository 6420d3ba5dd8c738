package ntp

import (
	"math/rand/v2"
	"time"
)

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
