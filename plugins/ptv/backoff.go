package ptv

import (
	"hash/fnv"
	"math/rand/v2"
	"time"

	"ptvd/plugins"
)

const (
	shortPause = 5 * time.Second // after what may be over in a moment
	longPause  = time.Minute     // after what lasts
	maxPause   = 5 * time.Minute
)

// backoff gives growing pauses between attempts, with a fifth of jitter either
// way, so that boards which lost one service together do not come back together.
type backoff struct {
	dice  *rand.Rand
	tries int
}

// newBackoff returns one whose dice differ between boards, which do not start in
// the same nanosecond, and between instances, which in virtual time do.
func newBackoff(env plugins.Env) backoff {
	name := fnv.New64a()
	name.Write([]byte(env.Instance))
	return backoff{dice: rand.New(rand.NewPCG(uint64(env.Clock.Raw().UnixNano()), name.Sum64()))}
}

func (b *backoff) next(lasting bool) time.Duration {
	first := shortPause
	if lasting {
		first = longPause
	}
	pause := min(first<<min(b.tries, 8), maxPause)
	b.tries++
	return time.Duration(float64(pause) * (0.8 + 0.4*b.dice.Float64()))
}

func (b *backoff) reset() { b.tries = 0 }
