package scheduler

// scope is something that may interrupt a task: Cancel, a time-out, a group.
type scope struct{ delivered bool }

// place says what a task waits for, for a snapshot.
type place string

const (
	isReady place = "ready"
	inSleep place = "sleep"
	inWait  place = "wait"
	inAwait place = "await"
)

// tornDown unwinds a task that goes on after its loop has ended.
type tornDown struct{}

// giveWay leaves the task's stack until somebody wakes it. The error is
// ErrCancelled when that was an interruption.
func (t *Task) giveWay() error {
	if !t.yield(struct{}{}) {
		t.torn = true
		panic(tornDown{})
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

// parkIn waits in a list until wake is called for the task.
func (t *Task) parkIn(list *waiters) error {
	t.mustBeCurrent()
	list.push(t)
	t.place = inWait
	return t.giveWay()
}

// parkUntil waits until an instant has come.
func (t *Task) parkUntil(due Instant) error {
	t.mustBeCurrent()
	t.timer.due, t.timer.seq = due, t.loop.tieBreak()
	t.slept = true
	t.place = inSleep
	t.queue().add(&t.timer)
	return t.giveWay()
}

// wake makes a parked task ready.
func (t *Task) wake() {
	if t.ready || t.finished {
		return
	}
	t.unpark()
	t.makeReady()
}

// unpark takes the task from wherever it waits.
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
	t.ready, t.yielded, t.slept, t.place = true, false, false, isReady
	t.timer.due, t.timer.seq = l.now, l.tieBreak()
	if l.shuffle != nil {
		t.queue().add(&t.timer) // the ring keeps the order of arrival, the heap that of the dice
		return
	}
	t.queue().ready.push(&t.timer)
}

func (t *Task) queue() *dueQueue {
	if t.urgent {
		return &t.loop.urgent
	}
	return &t.loop.normal
}

// interrupt delivers ErrCancelled at the task's innermost await on behalf of a
// scope. A cancel overrides every other; else the first one stands.
func (t *Task) interrupt(by *scope) {
	if t.cause == nil || by == &t.self {
		t.cause = by
	}
	t.wake()
}

func (t *Task) takeInterruption() error {
	if t.cause == nil {
		return nil
	}
	t.cause.delivered = true
	t.cause = nil
	return ErrCancelled
}
