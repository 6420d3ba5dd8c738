package simulate

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// systemClock is the operating system's clock, which no daemon synchronizes. Without
// a battery it boots at some time in the past.
type systemClock struct {
	*World
	rng *rand.Rand
	off time.Duration // from the true time
}

func newSystemClock(w *World) *systemClock {
	return &systemClock{World: w, rng: w.rng("clock at boot")}
}

// Now returns the system's time.
func (c *systemClock) Now() time.Time { return c.now().Add(c.off) }

// Synchronized reports that no daemon keeps this clock.
func (c *systemClock) Synchronized() bool { return false }

func (c *systemClock) boot() {
	const day = 24 * time.Hour
	c.off = []time.Duration{0, -time.Minute, -200 * day, -56 * 365 * day, 2 * day}[c.rng.IntN(5)]
}

// fault is the family: something steps the clock.
func (c *systemClock) fault() fault {
	return fault{
		name: "system clock", rests: 5 * time.Hour,
		begin: func(rng *rand.Rand) string {
			const day = 24 * time.Hour
			by := []time.Duration{time.Second, time.Minute, time.Hour, 2 * day, 365 * day}[rng.IntN(5)]
			if rng.IntN(2) == 0 {
				by = -by
			}
			c.off += by
			return fmt.Sprintf("stepped by %v", by)
		},
		end: func() {},
	}
}
