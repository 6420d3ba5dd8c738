package host

import (
	"hash/fnv"
	"math/rand/v2"
	"time"

	"ptvd/internal/wallclock"
)

// Backoff gives growing pauses between attempts, with a fifth of jitter either way,
// so that those which failed together do not come back together.
type Backoff struct {
	rng   *rand.Rand
	tries int
}

// NewBackoff returns one with the random numbers of [NewRand].
func NewBackoff(clock *wallclock.Clock, name string) Backoff { return Backoff{NewRand(clock, name), 0} }

// NewRand returns random numbers for jitter. They differ between boards, which do not
// start in the same nanosecond, and between names, for instances that do. In virtual
// time they are the same in each run.
func NewRand(clock *wallclock.Clock, name string) *rand.Rand {
	hash := fnv.New64a()
	hash.Write([]byte(name))
	return rand.New(rand.NewPCG(uint64(clock.Uncorrected().UnixNano()), hash.Sum64()))
}

// Next returns the next pause: first, then twice as long each time, up to longest;
// give or take a fifth.
func (b *Backoff) Next(first, longest time.Duration) time.Duration {
	pause := min(first<<min(b.tries, 16), longest)
	b.tries++
	return time.Duration(float64(pause) * (0.8 + 0.4*b.rng.Float64()))
}

// Tries returns how many pauses there were since the beginning, or since Reset.
func (b *Backoff) Tries() int { return b.tries }

// Reset makes the next pause the first again.
func (b *Backoff) Reset() { b.tries = 0 }
