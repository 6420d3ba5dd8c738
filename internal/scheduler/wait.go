package scheduler

import "runtime"

// waitState is what a task waits for.
type waitState uint8

const (
	running waitState = iota
	ready
	inSleep
	inAwait
	inEvent
	inFlag
	inLock
	inSemaphore
	inQueue
	inBarrier
	inJoin
	inGroup
)

var waitStateNames = [...]string{
	"running", "ready", "sleep", "await", "event", "flag",
	"lock", "semaphore", "queue", "barrier", "join", "group",
}

func (s waitState) String() string { return waitStateNames[s] }

// suspend returns control to the loop until the task is woken. False: it was woken
// for another reason than the one it waits for, and t.interrupted returns which.
// (It is this short so that it is inlined: after a coroutine switch the processor
// mispredicts every return.)
func (t *Task) suspend() bool { return t.coroutine.yield(struct{}{}) && t.pending == nil }

// interrupted delivers the pending interruption. Where the loop has ended, it
// unwinds the stack instead, by Goexit, which a recover in the task cannot catch.
func (t *Task) interrupted() error {
	if t.loop.ended {
		t.unpark()
		runtime.Goexit()
	}
	return t.deliver()
}

// mustBeCurrent reports a task whose methods are called from a goroutine or
// another task: the coroutine would accept that silently.
func (t *Task) mustBeCurrent() {
	if t.loop.current != t {
		panic("scheduler: an await of task " + t.name + " was called from outside of that task; a task can only await for itself, and goroutines use Loop.Post or a Flag")
	}
}

// parkIn waits in a list until the task is woken from there. With an error,
// t.granted tells whether it was woken before the interruption came; then the task
// must pass on what it was woken for.
func (t *Task) parkIn(list *waitList, state waitState) error {
	t.mustBeCurrent()
	list.push(t)
	t.state, t.granted = state, false
	if t.suspend() {
		return nil
	}
	return t.interrupted()
}

// parkUntil waits until an instant has come.
func (t *Task) parkUntil(due Instant) error {
	t.mustBeCurrent()
	t.timer.due, t.timer.seq = due, t.loop.nextSeq()
	t.state, t.slept = inSleep, true
	t.queue().add(&t.timer)
	if t.suspend() {
		return nil
	}
	return t.interrupted()
}

// wake makes a parked task ready, whatever it waits for.
func (t *Task) wake() {
	if t.isReady || t.finished {
		return
	}
	t.unpark()
	t.makeReady()
}

func (t *Task) unpark() {
	if t.parkedIn != nil {
		t.parkedIn.remove(t)
	}
	if t.timer.index >= 0 {
		t.queue().remove(&t.timer)
	}
}

func (t *Task) makeReady() {
	l := t.loop
	t.isReady, t.yielded, t.slept, t.state = true, false, false, ready
	t.timer.due, t.timer.seq = l.time.now, l.nextSeq()
	if l.shuffle == nil {
		t.queue().ready.pushBack(&t.timer)
	} else {
		t.queue().add(&t.timer) // the ring keeps the order of arrival, the heap the random one
	}
}

func (t *Task) queue() *timerQueue {
	if t.urgent {
		return &t.loop.urgent
	}
	return &t.loop.normal
}

// waitList is a list of parked tasks, first in first out. A task is in one list at
// most and knows which, so that a cancel is one remove.
type waitList struct{ first, last *Task }

func (w *waitList) push(t *Task) {
	t.parkedIn, t.prev, t.next = w, w.last, nil
	if w.last == nil {
		w.first = t
	} else {
		w.last.next = t
	}
	w.last = t
}

func (w *waitList) remove(t *Task) {
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

// wakeFirst wakes the first waiter and returns it, or nil.
func (w *waitList) wakeFirst() *Task {
	t := w.first
	if t != nil {
		t.granted = true
		t.wake()
	}
	return t
}

func (w *waitList) wakeAll() {
	for w.wakeFirst() != nil {
	}
}
