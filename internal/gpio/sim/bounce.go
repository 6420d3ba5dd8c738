package sim

import (
	"math/rand/v2"
	"slices"
	"time"
)

// MaxBounce is how long a contact of a [Button] bounces at most, like that of a
// cheap tactile switch.
const MaxBounce = 5 * time.Millisecond

// Bounce returns the times at which a contact changes when it is closed or opened at
// time 0: at 0, and then an even number of times while it bounces, all before limit.
func Bounce(rng *rand.Rand, limit time.Duration) []time.Duration {
	length := rng.Int64N(int64(limit))
	changes := make([]time.Duration, 1+2*rng.IntN(8))
	for i := range changes[1:] {
		changes[1+i] = time.Duration(rng.Int64N(length + 1))
	}
	slices.Sort(changes)
	return changes
}
