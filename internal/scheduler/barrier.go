package scheduler

// Barrier lets a fixed number of tasks continue together. Make one with
// [NewBarrier].
type Barrier struct {
	parties int
	waiting waitList
	count   int
}

// NewBarrier returns a barrier for a number of tasks, at least one.
func NewBarrier(parties int) *Barrier { return &Barrier{parties: max(1, parties)} }

// Wait waits until that number of tasks wait, including the caller. A cancelled
// one no longer counts.
func (b *Barrier) Wait(t *Task) error {
	if err := t.enter(); err != nil {
		return err
	}
	if b.count+1 == b.parties {
		b.count = 0
		b.waiting.wakeAll()
		return nil
	}
	b.count++
	err := t.parkIn(&b.waiting, inBarrier)
	if err != nil && !t.granted {
		b.count--
	}
	return err
}
