package ntp

import (
	"math/rand/v2"
	"time"
)

// outcome is what became of a round.
type outcome int

const (
	synced  outcome = iota // the time is known
	unheard                // servers were asked, and no time came of it
	unsent                 // no question left the board: there is no network
)

// pace says how long to wait between rounds. A board that comes up waits for its
// network in short steps, which no server sees; servers that keep silent are
// asked less and less; and chance keeps boards that were switched on together
// from asking together.
type pace struct {
	every  time.Duration
	random *rand.Rand
	last   outcome
	inARow int
}

func (p *pace) after(o outcome) time.Duration {
	if o != p.last {
		p.last, p.inARow = o, 0
	}
	doublings := min(p.inARow, 16)
	p.inARow++
	switch o {
	case unsent:
		return p.jitter(min(time.Second<<doublings, minEvery))
	case unheard:
		return max(p.jitter(min(minEvery<<doublings, p.every)), minEvery)
	default:
		return max(p.jitter(p.every), minEvery)
	}
}

// jitter moves a wait by up to a tenth.
func (p *pace) jitter(d time.Duration) time.Duration {
	return d + time.Duration((p.random.Float64()-0.5)/5*float64(d))
}
