package scheduler

import (
	"errors"
	"fmt"
	"iter"
	"runtime/debug"
)

// ErrCancelled is what an await returns in a task that was cancelled. Return it
// (or nil) after tidying up; a task may also handle it and go on.
var ErrCancelled = errors.New("cancelled")

// Func is the body of a task. It must not call runtime.Goexit, which ends the
// goroutine that runs the loop; testing's FailNow does, and may: it ends the test
// as everywhere, after the tasks that are left were unwound.
type Func func(t *Task) error

// PanicError is the error of a task that panicked, with the stack of the panic.
type PanicError struct {
	Value any
	Stack []byte
}

func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// Task is one straight line of work on a loop. Its methods belong to the task
// itself while it runs, but for Cancel, Done and Err, which any other task of
// the same loop may call.
type Task struct {
	// What every step touches stands first, and so in one or two cache lines.
	timer    timer // the task's place in the queue of due times
	pull     func() (struct{}, bool)
	yield    func(struct{}) bool
	loop     *Loop
	stats    *stats
	cause    *scope // whose interruption waits to be delivered
	place    place  // what the task waits for
	urgent   bool
	finished bool
	ready    bool // in the queue, because somebody woke it
	yielded  bool // left off in Yield: is to be made ready
	slept    bool // left off in a sleep: its lateness counts
	called   bool // its turn in parkedIn has come

	parkedIn *waiters
	prev     *Task // neighbours in parkedIn
	next     *Task
	scope    *scope // the innermost open one
	self     scope  // Cancel's

	name    string
	owner   string
	body    Func
	stop    func() // unwinds the coroutine, whose other two ends are pull and yield
	err     error
	joiners waiters
	group   *Group
	older   *Task // neighbours in the loop's list
	newer   *Task
}

// Option sets something about a new task.
type Option func(*Task)

// Owner names whose task it is: a plugin's instance.
func Owner(name string) Option { return func(t *Task) { t.owner = name } }

// Urgent puts the task before ordinary ones whenever it is due, for input edges
// and fade steps. Of 65 steps in a row one is left to ordinary tasks that are
// due.
func Urgent() Option { return func(t *Task) { t.urgent = true } }

// Go starts a task. Its body first runs after the present step.
func (l *Loop) Go(name string, body Func, options ...Option) *Task {
	return l.spawn("", name, body, options)
}

// Go starts a task with the same owner. It is nobody's child: use [Task.Group]
// where it should not outlive its parent.
func (t *Task) Go(name string, body Func, options ...Option) *Task {
	return t.loop.spawn(t.owner, name, body, options)
}

func (l *Loop) spawn(owner, name string, body Func, options []Option) *Task {
	t := &Task{loop: l, name: name, owner: owner, body: body}
	for _, set := range options {
		set(t)
	}
	t.timer.task, t.timer.index = t, -1
	t.scope = &t.self
	t.stats = l.statsOf(t.owner, t.name)
	t.stats.Spawned++
	t.stats.Live++
	l.tasks.add(t)
	t.makeReady()
	return t
}

// Name returns the task's name.
func (t *Task) Name() string { return t.name }

// Owner returns whose task it is.
func (t *Task) Owner() string { return t.owner }

// Loop returns the loop that runs the task.
func (t *Task) Loop() *Loop { return t.loop }

// Now returns the loop's time.
func (t *Task) Now() Instant { return t.loop.clock.Now() }

// Done tells whether the task has ended.
func (t *Task) Done() bool { return t.finished }

// Err returns the error that the task ended with, nil while it runs.
func (t *Task) Err() error { return t.err }

// Cancel delivers ErrCancelled at the innermost await of another task. A task
// that has not run yet never will. Several cancels before the first is delivered
// are one. It returns false when the task has ended already. A task cannot
// cancel itself (it can return), and to try is a panic.
func (t *Task) Cancel() bool {
	if t.finished {
		return false
	}
	if t.loop.running == t {
		panic("scheduler: task " + t.name + " cancels itself; let it return instead")
	}
	t.interrupt(&t.self)
	return true
}

// Join waits until another task has ended and returns its error. Cancelling the
// waiter leaves the other as it is.
func (t *Task) Join(other *Task) error {
	if other == t {
		panic("scheduler: task " + t.name + " waits for its own end")
	}
	if !other.finished {
		if err := t.parkIn(&other.joiners, inJoin); err != nil {
			return err
		}
	}
	return other.err
}

// start makes the coroutine that carries the body; false: the task was cancelled.
func (t *Task) start() bool {
	if t.cause != nil {
		t.err = t.takeInterruption()
		return false
	}
	t.pull, t.stop = iter.Pull(t.run)
	return true
}

// run is the bottom of the task's own stack.
func (t *Task) run(yield func(struct{}) bool) {
	t.yield = yield
	defer func() {
		if value := recover(); value != nil {
			t.err = &PanicError{Value: value, Stack: debug.Stack()} // the panic's: it still lies below us
		}
	}()
	t.err = t.body(t)
}

// settle sorts out a task that has ended.
func (t *Task) settle() {
	t.finished = true
	t.stats.Live--
	t.body, t.pull, t.stop, t.yield = nil, nil, nil, nil
	t.loop.tasks.remove(t)
	awaited := t.joiners.first != nil || t == t.loop.main
	t.joiners.callAll()
	if t.group != nil && t.group.ended(t) {
		awaited = true
	}
	if !awaited && failed(t.err) {
		t.loop.options.OnError(t, t.err)
	}
}

func (t *Task) wasCancelled() bool { return t.self.delivered || t.cause != nil }

// failed tells an error from the end of a task that was cancelled.
func failed(err error) bool { return err != nil && !errors.Is(err, ErrCancelled) }
