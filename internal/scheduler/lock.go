package scheduler

// Lock lets one task at a time through a stretch of work that awaits. (Between
// two awaits nothing else runs anyway.) It is handed over in the order of
// asking; nobody can overtake. The zero value is free.
//
//	if err := bus.Lock(t); err != nil {
//		return err
//	}
//	defer bus.Unlock(t)
type Lock struct {
	holder  *Task
	waiting waiters
}

// Lock waits until the lock is the task's. With an error it is not.
func (l *Lock) Lock(t *Task) error {
	if l.holder == nil {
		l.holder = t
		return nil
	}
	if l.holder == t {
		panic("scheduler: task " + t.name + " waits for a lock that it holds")
	}
	err := t.parkIn(&l.waiting, inLock)
	if err != nil && t.called {
		l.Unlock(t)
	}
	return err
}

// Unlock hands the lock to the first who waits for it. To unlock what another
// task holds is a panic.
func (l *Lock) Unlock(t *Task) {
	if l.holder != t {
		panic("scheduler: task " + t.name + " unlocks a lock that it does not hold")
	}
	l.holder = l.waiting.call()
}
