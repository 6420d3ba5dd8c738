package sim

import (
	"math/rand/v2"
	"slices"
	"time"
)

// MaxBounce is the longest that a contact of a [Button] bounces, like that of a
// cheap tactile switch.
const MaxBounce = 5 * time.Millisecond

// Bounce returns when a contact changes that is closed or opened at 0: at 0, and
// as it bounces, an even number of times more, all of them before most.
func Bounce(r *rand.Rand, most time.Duration) []time.Duration {
	length := r.Int64N(int64(most))
	changes := make([]time.Duration, 1+2*r.IntN(8))
	for i := range changes[1:] {
		changes[1+i] = time.Duration(r.Int64N(length + 1))
	}
	slices.Sort(changes)
	return changes
}
