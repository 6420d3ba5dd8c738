package scheduler

// Event is a condition that tasks wait for: set or clear. The zero value is clear.
type Event struct {
	set     bool
	waiting waitList
}

// Set wakes all tasks that wait, first in first out. Until Clear, Wait returns at
// once.
func (e *Event) Set() {
	if t := e.waiting.foreignWaiter(); t != nil {
		t.forward("Event.Set", e.Set)
		return
	}
	e.set = true
	e.waiting.wakeAll()
}

// Clear makes the next Wait wait. It does not stop tasks that Set has woken.
func (e *Event) Clear() { e.set = false }

// IsSet tells whether the event is set.
func (e *Event) IsSet() bool { return e.set }

// Wait waits until the event is set.
func (e *Event) Wait(t *Task) error {
	if err := t.enter(); err != nil || e.set {
		return err
	}
	return t.parkIn(&e.waiting, inEvent)
}
