package scheduler

import "runtime"

// place says what a task waits for.
type place uint8

const (
	inRun place = iota
	inReady
	inSleep
	inAwait
	inEvent
	inFlag
	inLock
	inPermit
	inQueue
	inBarrier
	inJoin
	inGroup
)

var placeNames = [...]string{
	"running", "ready", "sleep", "await", "event", "flag",
	"lock", "semaphore", "queue", "barrier", "join", "group",
}

func (p place) String() string { return placeNames[p] }

// giveWay leaves the task's stack until somebody wakes it. False: not for the
// reason that it waits for, and t.interrupted says why. (It is so short in order
// to be inlined: after a switch the processor mispredicts every return.)
func (t *Task) giveWay() bool { return t.yield(struct{}{}) && t.cause == nil }

// interrupted delivers what interrupt has left. Where the loop has ended, it
// unwinds the stack instead: by Goexit, which no recover in a task can swallow.
func (t *Task) interrupted() error {
	if t.loop.ended {
		t.unpark()
		runtime.Goexit()
	}
	return t.takeInterruption()
}

// mustBeCurrent catches a task whose methods are called from a goroutine or
// another task: the coroutine would accept it silently.
func (t *Task) mustBeCurrent() {
	if t.loop.running != t {
		panic("scheduler: an await of task " + t.name + " was called while another runs; each task awaits for itself, and goroutines use Post or a Flag")
	}
}

// parkIn waits in a list until somebody calls the task's turn. With an error,
// t.called tells whether the turn was called before the interruption came; then
// the task must pass it on.
func (t *Task) parkIn(list *waiters, at place) error {
	t.mustBeCurrent()
	list.push(t)
	t.place, t.called = at, false
	if t.giveWay() {
		return nil
	}
	return t.interrupted()
}

// parkUntil waits until an instant has come.
func (t *Task) parkUntil(due Instant) error {
	t.mustBeCurrent()
	t.timer.due, t.timer.seq = due, t.loop.tieBreak()
	t.place, t.slept = inSleep, true
	t.queue().add(&t.timer)
	if t.giveWay() {
		return nil
	}
	return t.interrupted()
}

// wake makes a parked task ready, wherever it waits.
func (t *Task) wake() {
	if t.ready || t.finished {
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
	t.ready, t.yielded, t.slept, t.place = true, false, false, inReady
	t.timer.due, t.timer.seq = l.now, l.tieBreak()
	if l.shuffle == nil {
		t.queue().ready.push(&t.timer)
	} else {
		t.queue().add(&t.timer) // the ring keeps the order of arrival, the heap that of the dice
	}
}

func (t *Task) queue() *dueQueue {
	if t.urgent {
		return &t.loop.urgent
	}
	return &t.loop.normal
}
