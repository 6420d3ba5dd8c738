package scheduler

import (
	"iter"
	"time"
)

// Tick is one turn of a periodic task.
type Tick struct {
	N      int64   // 0 for the first; skipped ticks are counted, too
	Due    Instant // start + N·period
	Missed int64   // ticks skipped since the turn before
}

// Every returns the turns of periodic work, to range over. Tick 0 is due at
// once, tick n at start + n·period, whatever the turns before it took: a late
// turn neither shifts the next ones nor is followed by a burst, since the ticks
// that it slept through are skipped and counted. The range ends when the task is
// cancelled while it waits for the next tick.
func (t *Task) Every(period time.Duration) iter.Seq[Tick] {
	if period <= 0 {
		panic("scheduler: Every needs a period above zero")
	}
	return func(turn func(Tick) bool) {
		start := t.Now()
		newest := func() int64 { return int64(t.Now().Sub(start) / period) }
		for tick := (Tick{Due: start}); turn(tick); {
			n := max(tick.N+1, newest())
			if t.parkUntil(start.Add(time.Duration(n)*period)) != nil {
				return
			}
			n = max(n, newest()) // the stall that made us late is made up for by one turn
			missed := n - tick.N - 1
			tick = Tick{N: n, Due: start.Add(time.Duration(n) * period), Missed: missed}
			t.stats.Missed += uint64(missed)
		}
	}
}
