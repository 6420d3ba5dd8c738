package scheduler

// Lock is a mutex for critical sections that await. (Between two awaits no other
// task runs anyway.) It is handed over in the order of the calls of Lock, without
// barging. While an urgent task waits for it, the task that holds it is urgent as
// well. The zero value is unlocked.
//
//	if err := bus.Lock(t); err != nil {
//		return err
//	}
//	defer bus.Unlock(t)
type Lock struct {
	holder  *Task
	waiting waitList
	raised  bool // the holder's class
}

// Lock waits until the task holds the lock. With an error it does not hold it.
func (l *Lock) Lock(t *Task) error {
	if err := t.enter(); err != nil {
		return err
	}
	if l.holder == nil {
		l.holder = t
		return nil
	}
	if l.holder == t {
		panic("scheduler: deadlock: task " + t.name + " waits for a lock that it holds")
	}
	if t.urgent {
		l.raise()
	}
	t.wants = l
	err := t.parkIn(&l.waiting, inLock)
	t.wants = nil
	if err != nil && t.granted {
		l.Unlock(t)
	}
	return err
}

// Unlock hands the lock to the first task that waits for it. Unlocking a lock that
// another task holds is a panic.
func (l *Lock) Unlock(t *Task) {
	if l.holder != t {
		panic("scheduler: task " + t.name + " unlocks a lock that it does not hold")
	}
	if !t.loop.onLoop() {
		t.forward("Lock.Unlock", func() { l.Unlock(t) })
		return
	}
	if l.raised {
		l.raised = false
		t.lower()
	}
	l.holder = l.waiting.first
	for waiter := range l.waiting.all() {
		if waiter != l.holder && waiter.urgent {
			l.raise()
			break
		}
	}
	l.waiting.wakeFirst()
}

// raise makes the holder urgent, and so the holder of the lock for which that one
// waits.
func (l *Lock) raise() {
	for l != nil && !l.raised {
		l.raised = true
		h := l.holder
		h.raises++
		if h.urgent {
			return
		}
		h.raised = true
		h.setUrgent(true)
		l = h.wants
	}
}

// lower ends one raise.
func (t *Task) lower() {
	if t.raises--; t.raises == 0 && t.raised {
		t.raised = false
		t.setUrgent(false)
	}
}

// setUrgent changes the task's class, and so the queue in which it is.
func (t *Task) setUrgent(urgent bool) {
	sleeps := t.timer.index >= 0
	switch {
	case sleeps:
		t.queue().remove(&t.timer)
	case t.isReady:
		t.queue().ready.remove(&t.timer)
	}
	t.urgent = urgent
	switch {
	case sleeps:
		t.queue().add(&t.timer)
	case t.isReady:
		t.queue().ready.pushBack(&t.timer)
	}
}
