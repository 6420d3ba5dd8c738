package scheduler

import "time"

// Sleep waits for d, never less. Zero and below is a Yield.
func (t *Task) Sleep(d time.Duration) error {
	if d <= 0 {
		return t.Yield()
	}
	return t.parkUntil(t.Now().Add(d))
}

// SleepUntil waits until an instant has come.
func (t *Task) SleepUntil(due Instant) error { return t.parkUntil(due) }

// Yield lets every other task that is due go first.
func (t *Task) Yield() error {
	t.mustBeCurrent()
	l := t.loop
	if l.ready() == 0 && !l.posts.pending.Load() && !l.ended {
		// We may be next ourselves: find out here, without leaving the stack.
		if l.look(); l.deadline() > l.now {
			l.meter.add(t.stats)
			l.book()
			return nil
		}
	}
	t.yielded = true
	if t.giveWay() {
		return nil
	}
	return t.interrupted()
}
