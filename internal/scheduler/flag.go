package scheduler

import "sync/atomic"

// Flag wakes a task from any goroutine. A Set without a waiting task is kept,
// several count as one, and Wait clears it.
type Flag struct {
	loop    *Loop
	set     atomic.Bool
	deliver func()
	waiting waitList
}

// NewFlag returns a clear flag for tasks of a loop.
func NewFlag(l *Loop) *Flag {
	f := &Flag{loop: l}
	f.deliver = func() {
		if f.waiting.first != nil && f.set.Swap(false) {
			f.waiting.wakeFirst()
		}
	}
	return f
}

// Set may be called from any goroutine and never waits.
func (f *Flag) Set() {
	if !f.set.Swap(true) {
		f.loop.posts.add(f.deliver)
	}
}

// Wait waits until the flag is set, and clears it. Of several waiting tasks each
// Set wakes the first.
func (f *Flag) Wait(t *Task) error {
	if err := t.enter(); err != nil {
		return err
	}
	if f.waiting.first == nil && f.set.Swap(false) {
		return nil
	}
	err := t.parkIn(&f.waiting, inFlag)
	if err != nil && t.granted && f.waiting.wakeFirst() == nil {
		f.set.Store(true)
	}
	return err
}
