package scheduler

import (
	"errors"
	"fmt"
)

// Func is the body of a task. It must not call runtime.Goexit, which ends the
// goroutine that runs the loop. The exception is testing's FailNow: it ends the
// test as usual, after the remaining tasks were unwound.
type Func func(t *Task) error

// PanicError is the error of a task that panicked, with the stack of the panic.
type PanicError struct {
	Value any
	Stack []byte
}

func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// Task is one sequence of steps on a loop. Its methods may only be called by the
// task itself while it runs, except Cancel, Done and Err, which any other task of
// the same loop may call.
type Task struct {
	// What every step uses comes first, and so is in one or two cache lines.
	timer     timer      // the task's entry in the queue by due time
	coroutine *coroutine // nil before the first step and after the last
	loop      *Loop
	stats     *stats
	pending   *scope // whose interruption is not delivered yet
	state     waitState
	urgent    bool
	returned  bool // the body has
	finished  bool // and the loop has handled that
	isReady   bool // in the queue, because it was woken
	slept     bool // suspended by a sleep: its lateness counts
	granted   bool // woken from parkedIn

	parkedIn *waitList
	links    [allLinks]struct{ prev, next *Task }
	scope    *scope // the innermost open one
	self     scope  // Cancel's
	taken    *scope // whose interruption was delivered last
	wants    *Lock  // that it waits for
	raises   int    // locks it holds for which an urgent task waits
	raised   bool   // it is urgent only because of those

	name    string
	owner   string
	body    Func
	err     error
	joiners waitList
	group   *Group
	call    *call // of its awaits, one after the other
	workers *int  // of its owner; nil before the first await
}

// Option sets something about a new task.
type Option func(*Task)

// Owner names the plugin instance that the task belongs to.
func Owner(name string) Option { return func(t *Task) { t.owner = name } }

// Urgent puts the task before ordinary ones whenever it is due, for input edges
// and fade steps. Of 65 steps in a row one is left to ordinary tasks that are due.
func Urgent() Option { return func(t *Task) { t.urgent = true } }

// Go starts a task. Its body first runs after the current step.
func (l *Loop) Go(name string, body Func, options ...Option) *Task {
	t := l.newTask("", name, body, options)
	t.admit("Loop.Go")
	return t
}

// Go starts a task with the same owner. The new task may outlive this one: use
// [Task.Group] where it must not.
func (t *Task) Go(name string, body Func, options ...Option) *Task {
	other := t.loop.newTask(t.owner, name, body, options)
	other.admit("Task.Go")
	return other
}

func (l *Loop) newTask(owner, name string, body Func, options []Option) *Task {
	t := &Task{loop: l, name: name, owner: owner, body: body}
	for _, set := range options {
		set(t)
	}
	t.timer.task, t.timer.index = t, -1
	t.scope = &t.self
	return t
}

// admit adds a new task to its loop and its group; call is what made it.
func (t *Task) admit(call string) {
	l := t.loop
	if !l.onLoop() {
		t.forward(call, func() { t.admit(call) })
		return
	}
	t.stats = l.time.stats(t.owner, t.name)
	t.stats.Spawned++
	t.stats.Live++
	l.tasks.add(t)
	l.live++
	t.makeReady()
	if g := t.group; g != nil {
		g.children.add(t)
		if g.ending {
			t.Cancel()
		}
	}
}

// Name returns the task's name.
func (t *Task) Name() string { return t.name }

// Owner returns the name of the task's owner.
func (t *Task) Owner() string { return t.owner }

// Loop returns the loop that runs the task.
func (t *Task) Loop() *Loop { return t.loop }

// Now returns the loop's time.
func (t *Task) Now() Instant { return t.loop.clock.Now() }

// Done tells whether the task has ended.
func (t *Task) Done() bool { return t.finished }

// Err returns the error that the task ended with, nil while it runs.
func (t *Task) Err() error { return t.err }

// ErrTaskCancelled is what [Task.Join] returns if the other task was cancelled. It
// is not an ErrCancelled, which would look as if the waiting task was.
var ErrTaskCancelled = errors.New("the joined task was cancelled")

// Join waits until another task has ended and returns its error. Cancelling the
// waiting task does not cancel the other one.
func (t *Task) Join(other *Task) error {
	if other == t {
		panic("scheduler: task " + t.name + " joins itself")
	}
	err := t.enter()
	if err == nil && !other.finished {
		err = t.parkIn(&other.joiners, inJoin)
	}
	if err != nil {
		return err
	}
	if other.timer.index >= 0 {
		t.loop.normal.remove(&other.timer) // its error is reported here
	}
	if other.err != nil && !failed(other.err) {
		return fmt.Errorf("%w: %s", ErrTaskCancelled, other.name)
	}
	return other.err
}

// start takes a coroutine for the body; false: the task was cancelled before.
func (t *Task) start() bool {
	if t.pending != nil {
		t.err, t.returned = t.deliver(), true
		return false
	}
	t.coroutine = t.loop.coroutineFor(t)
	return true
}

// finish handles the end of a task.
func (t *Task) finish() {
	t.finished = true
	t.stats.Live--
	if t.coroutine != nil {
		t.loop.recycle(t.coroutine)
	}
	t.body, t.coroutine = nil, nil
	t.loop.tasks.remove(t)
	t.loop.live--
	reported := t.joiners.first != nil || t == t.loop.main
	t.joiners.wakeAll()
	if t.group != nil && t.group.childEnded(t) {
		reported = true
	}
	if !reported && failed(t.err) {
		// A task that is ready now may still join it, and is told then.
		t.timer.due, t.timer.seq = t.loop.time.now, t.loop.lastSeq()
		t.loop.normal.add(&t.timer)
	}
}

func (t *Task) wasCancelled() bool { return t.self.delivered || t.pending != nil }
