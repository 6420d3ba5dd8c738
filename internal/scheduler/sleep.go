package scheduler

import (
	"iter"
	"time"
)

// Sleep waits for d, never less. Zero and below is a Yield.
func (t *Task) Sleep(d time.Duration) error {
	if d <= 0 {
		return t.Yield()
	}
	return t.SleepUntil(t.Now().Add(d))
}

// SleepUntil waits until an instant has come.
func (t *Task) SleepUntil(due Instant) error {
	if err := t.enter(); err != nil {
		return err
	}
	t.timer.due, t.timer.seq = due, t.loop.nextSeq()
	t.slept = true
	t.queue().add(&t.timer)
	return t.suspend(inSleep)
}

// Yield lets every other task that is due run first.
func (t *Task) Yield() error { return t.suspend(ready) }

// yieldInPlace tells whether a Yield is done without a switch, with its error: it is
// refused, or the task is the next one itself.
func (t *Task) yieldInPlace() (done bool, err error) {
	l := t.loop
	if l.current != t || t.pending != nil { // enter, without the costly part of its check
		return true, t.refuse()
	}
	if l.readyTasks() > 0 || l.posts.any() || l.takenOver {
		return false, nil
	}
	if l.time.readClock(); l.deadline() <= l.time.now {
		return false, nil
	}
	l.time.endAtClock()
	return true, nil
}

// Tick is one iteration of a periodic task.
type Tick struct {
	N      int64   // 0 for the first; skipped ticks are counted, too
	Due    Instant // start + N·period
	Missed int64   // ticks skipped since the iteration before
}

// Every returns the ticks of periodic work, to range over. Tick 0 is due at once,
// tick n at start + n·period, however long the iterations before it took: a late
// one neither shifts the next ones nor is followed by a burst, since the ticks
// that it missed are skipped and counted.
//
// The range ends when the task is cancelled, or a time-out around it expires, while
// it waits for the next tick or in an await of the loop's body whose error was
// ignored. The end is how the cancel is delivered.
func (t *Task) Every(period time.Duration) iter.Seq[Tick] {
	if period <= 0 {
		panic("scheduler: the period of Every must be positive")
	}
	return func(yield func(Tick) bool) {
		if !t.isCurrent() {
			_ = t.refuse() // it is reported; the range has no error
			return
		}
		var iterations scope
		t.openScope(&iterations)
		defer t.closeScope(&iterations)
		start := t.Now()
		latest := func() int64 { return int64(t.loop.time.now.Sub(start) / period) }
		for tick := (Tick{Due: start}); yield(tick) && iterations.outerOne == nil; {
			next := max(tick.N+1, latest())
			if t.SleepUntil(start.Add(time.Duration(next)*period)) != nil {
				return
			}
			n := max(next, latest()) // one iteration makes up for the whole stall
			missed := n - tick.N - 1
			tick = Tick{N: n, Due: start.Add(time.Duration(n) * period), Missed: missed}
			t.stats.Missed += uint64(missed)
		}
	}
}
