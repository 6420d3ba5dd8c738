package scheduler

// Semaphore hands out a number of permits, in the order of asking; nobody can
// overtake. Make one with [NewSemaphore].
type Semaphore struct {
	free    int // above zero only while nobody waits
	waiting waiters
}

// NewSemaphore returns a semaphore with so many permits.
func NewSemaphore(permits int) *Semaphore { return &Semaphore{free: permits} }

// Acquire waits for a permit. With an error the task has none.
func (s *Semaphore) Acquire(t *Task) error {
	if s.free > 0 {
		s.free--
		return nil
	}
	err := t.parkIn(&s.waiting, inPermit)
	if err != nil && t.called {
		s.Release()
	}
	return err
}

// Release gives a permit back, or a new one in. It may be called by any task.
func (s *Semaphore) Release() {
	if s.waiting.call() == nil {
		s.free++
	}
}
