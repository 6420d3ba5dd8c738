package scheduler

// waiters is a list of parked tasks, first in first out. A task stands in one
// such list at the most and knows which, so that a cancel is one remove.
type waiters struct{ first, last *Task }

func (w *waiters) push(t *Task) {
	t.parkedIn, t.prev, t.next = w, w.last, nil
	if w.last == nil {
		w.first = t
	} else {
		w.last.next = t
	}
	w.last = t
}

func (w *waiters) remove(t *Task) {
	if t.prev == nil {
		w.first = t.next
	} else {
		t.prev.next = t.next
	}
	if t.next == nil {
		w.last = t.prev
	} else {
		t.next.prev = t.prev
	}
	t.parkedIn, t.prev, t.next = nil, nil, nil
}

// call gives the first waiter its turn and returns it, or nil.
func (w *waiters) call() *Task {
	t := w.first
	if t != nil {
		t.called = true
		t.wake()
	}
	return t
}

func (w *waiters) callAll() {
	for w.call() != nil {
	}
}
