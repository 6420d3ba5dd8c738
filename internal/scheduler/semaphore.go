package scheduler

// Semaphore hands out a number of permits, in the order of the calls of Acquire,
// without barging. Make one with [NewSemaphore].
type Semaphore struct {
	free    int // above zero only while no task waits
	waiting waitList
}

// NewSemaphore returns a semaphore with a number of free permits.
func NewSemaphore(permits int) *Semaphore { return &Semaphore{free: permits} }

// Acquire waits for a permit. With an error the task has none.
func (s *Semaphore) Acquire(t *Task) error {
	if err := t.enter(); err != nil {
		return err
	}
	if s.free > 0 {
		s.free--
		return nil
	}
	err := t.parkIn(&s.waiting, inSemaphore)
	if err != nil && t.granted {
		s.Release()
	}
	return err
}

// Release returns a permit, or adds a new one. Any task may call it.
func (s *Semaphore) Release() {
	if t := s.waiting.foreignWaiter(); t != nil {
		t.forward("Semaphore.Release", s.Release)
		return
	}
	if s.waiting.wakeFirst() == nil {
		s.free++
	}
}
