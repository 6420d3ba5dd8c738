package scheduler

// Barrier lets tasks through together, so many at a time. Make one with
// [NewBarrier].
type Barrier struct {
	parties int
	waiting waiters
	count   int
}

// NewBarrier returns a barrier for so many tasks, at least one.
func NewBarrier(parties int) *Barrier { return &Barrier{parties: max(1, parties)} }

// Wait waits until so many tasks wait, the caller among them. A cancelled one no
// longer counts.
func (b *Barrier) Wait(t *Task) error {
	if b.count+1 == b.parties {
		b.count = 0
		b.waiting.callAll()
		return nil
	}
	b.count++
	err := t.parkIn(&b.waiting, inBarrier)
	if err != nil && !t.called {
		b.count--
	}
	return err
}
