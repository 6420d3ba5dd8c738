package scheduler

// Lock is a mutex for critical sections that await. (Between two awaits no other
// task runs anyway.) It is handed over in the order of the calls of Lock, without
// barging. The zero value is unlocked.
//
//	if err := bus.Lock(t); err != nil {
//		return err
//	}
//	defer bus.Unlock(t)
type Lock struct {
	holder  *Task
	waiting waitList
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
	err := t.parkIn(&l.waiting, inLock)
	if err != nil && t.granted {
		l.Unlock(t)
	}
	return err
}

// Unlock hands the lock to the first task that waits for it. To unlock a lock
// that another task holds is a panic.
func (l *Lock) Unlock(t *Task) {
	if l.holder != t {
		panic("scheduler: task " + t.name + " unlocks a lock that it does not hold")
	}
	l.holder = l.waiting.wakeFirst()
}
