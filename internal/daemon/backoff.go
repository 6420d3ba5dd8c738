package daemon

import (
	"hash/fnv"
	"math/rand/v2"
	"time"
)

const (
	firstPause = time.Second
	longPause  = time.Minute
	// steadyAfter is how long a run must last for the next pause to be short again.
	steadyAfter = 2 * time.Minute
)

// backoff gives growing pauses between the runs of an instance, with a fifth of
// jitter either way, so that instances which failed together come back apart.
type backoff struct {
	seed  uint64 // of the board's own, lest a street of them retries in step
	tries int
}

func (b *backoff) next(name string) time.Duration {
	pause := min(firstPause<<min(b.tries, 16), longPause)
	b.tries++
	hash := fnv.New64a()
	hash.Write([]byte(name))
	dice := rand.New(rand.NewPCG(hash.Sum64()^b.seed, uint64(b.tries)))
	return time.Duration(float64(pause) * (0.8 + 0.4*dice.Float64()))
}

func (b *backoff) reset() { b.tries = 0 }
