package simulate

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// civil is the operating system's clock, which nobody keeps. A machine without a
// battery boots somewhere in the past.
type civil struct {
	*World
	dice *rand.Rand
	off  time.Duration // from the true time
}

func newCivil(w *World) *civil { return &civil{World: w, dice: w.dice("civil")} }

// Now returns what the system takes for the time.
func (c *civil) Now() time.Time { return c.now().Add(c.off) }

// Synchronized reports that no daemon keeps this clock.
func (c *civil) Synchronized() bool { return false }

func (c *civil) boot() {
	const day = 24 * time.Hour
	c.off = []time.Duration{0, -time.Minute, -200 * day, -56 * 365 * day, 2 * day}[c.dice.IntN(5)]
}

// fault is the family: somebody sets the clock.
func (c *civil) fault() fault {
	return fault{
		name: "system clock", rests: 5 * time.Hour,
		begin: func(dice *rand.Rand) string {
			const day = 24 * time.Hour
			by := []time.Duration{time.Second, time.Minute, time.Hour, 2 * day, 365 * day}[dice.IntN(5)]
			if dice.IntN(2) == 0 {
				by = -by
			}
			c.off += by
			return fmt.Sprintf("stepped by %v", by)
		},
		end: func() {},
	}
}
