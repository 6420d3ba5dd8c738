package scheduler

// Event is a state that tasks wait for: set or clear. The zero value is clear.
type Event struct {
	set     bool
	waiting waiters
}

// Set lets everyone through who waits, first in first out, and who comes later.
func (e *Event) Set() {
	e.set = true
	e.waiting.callAll()
}

// Clear makes the next Wait wait. Who was let through stays let through.
func (e *Event) Clear() { e.set = false }

// IsSet tells the state.
func (e *Event) IsSet() bool { return e.set }

// Wait waits until the event is set.
func (e *Event) Wait(t *Task) error {
	if e.set {
		return nil
	}
	return t.parkIn(&e.waiting, inEvent)
}
