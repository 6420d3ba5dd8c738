package scheduler

import (
	"iter"
	"runtime"
)

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

// suspend returns control to the loop until the task is woken, and returns an error
// if that was for another reason than the one it waits for. As ready it yields.
//
// Where the loop would only account this step and begin that of another task, this is
// done here, and the loop is left out.
//
// After a switch the processor mispredicts every return. So this is exchange and
// continueWith without the calls, and short enough at its callers to be inlined.
func (t *Task) suspend(state waitState) error {
	if state == ready {
		if done, err := t.yieldInPlace(); done {
			return err
		}
	}
	t.state = state
	l := t.loop
	to := &l.root
	if next := l.successor(); next != nil {
		l.normal.ready.popFront()
		l.time.addStep()
		if state == ready {
			t.makeReady()
		}
		l.begin(next)
		to = next.coroutine
	}
	c, slot := t.coroutine, to.slot
	slot.guest, c.slot, c.inNext = c, slot, !to.inNext
	if to.inNext {
		slot.yield(struct{}{})
	} else {
		slot.next()
	}
	if c.detour != nil {
		c.takeDetours()
	}
	if t.pending == nil {
		return nil
	}
	return t.interrupted()
}

// interrupted delivers the pending interruption. Where the loop has ended, it
// unwinds the stack instead, by Goexit, which a recover in the task cannot catch.
func (t *Task) interrupted() error {
	if t.loop.ended {
		t.unpark()
		runtime.Goexit()
	}
	return t.deliver()
}

// enter begins an await. It delivers an interruption that is pending already, also
// where the await would not have to wait.
func (t *Task) enter() error {
	if t.pending == nil && t.isCurrent() {
		return nil
	}
	return t.refuse()
}

// refuse returns why an await does not begin.
func (t *Task) refuse() error {
	if t.isCurrent() {
		return t.interrupted()
	}
	if t.loop.onLoop() || t.loop.options.OnMisuse == nil {
		panic("scheduler: an await of task " + t.name + " was called from outside of that task; a task can only await for itself, and goroutines use Loop.Post or a Flag")
	}
	err := misuse("an await of task " + t.name)
	t.loop.Post(func() { t.loop.reportMisuse(t, "await", err) })
	return err
}

// parkIn waits in a list until the task is woken from there; enter was called
// before. With an error, t.granted tells whether the task was woken before the
// interruption came; then it must pass on what it was woken for.
func (t *Task) parkIn(list *waitList, state waitState) error {
	list.add(t)
	t.parkedIn, t.granted = list, false
	return t.suspend(state)
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
		t.parkedIn = nil
	}
	if t.timer.index >= 0 {
		t.queue().remove(&t.timer)
	}
}

func (t *Task) makeReady() {
	l := t.loop
	t.isReady, t.slept, t.state = true, false, ready
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
type waitList struct{ taskList }

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

// taskList is a list of tasks that are linked by one of their pairs of links.
type taskList struct {
	first, last *Task
	links       links
}

// links says which pair of links a list uses.
type links uint8

const (
	waitLinks  links = iota // of a waitList, whose zero value is an empty list
	loopLinks               // of all live tasks
	groupLinks              // of the children of a Group
	allLinks
)

func (l *taskList) add(t *Task) {
	t.links[l.links].prev = l.last
	if l.last == nil {
		l.first = t
	} else {
		l.last.links[l.links].next = t
	}
	l.last = t
}

func (l *taskList) remove(t *Task) {
	link := &t.links[l.links]
	if link.prev == nil {
		l.first = link.next
	} else {
		link.prev.links[l.links].next = link.next
	}
	if link.next == nil {
		l.last = link.prev
	} else {
		link.next.links[l.links].prev = link.prev
	}
	link.prev, link.next = nil, nil
}

// all returns the tasks of the list, which must not change meanwhile.
func (l *taskList) all() iter.Seq[*Task] {
	return func(yield func(*Task) bool) {
		for t := l.first; t != nil && yield(t); t = t.links[l.links].next {
		}
	}
}
