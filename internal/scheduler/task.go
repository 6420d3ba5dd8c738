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

// Func is the body of a task.
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
	loop   *Loop
	name   string
	owner  string
	urgent bool
	stats  *Stats
	body   Func

	timer    timer // the task's place in the queue of due times
	slept    bool  // the timer was set by a sleep: its lateness counts
	ready    bool
	yielded  bool
	parkedIn *waiters
	prev     *Task // neighbours in parkedIn
	next     *Task

	pull  func() (struct{}, bool)
	stop  func()
	yield func(struct{}) bool

	cause    *scope // an interruption that waits to be delivered
	self     scope  // Cancel's own
	started  bool
	finished bool
	torn     bool
	err      error
	joiners  waiters
	group    *Group
	older    *Task // neighbours in the loop's list
	newer    *Task
	place    place
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
	t := &Task{loop: l, name: name, body: body}
	t.timer.task, t.timer.index = t, -1
	for _, set := range options {
		set(t)
	}
	t.stats = l.statsOf(t)
	t.stats.Spawned++
	l.tasks.add(t)
	t.makeReady()
	return t
}

// Go starts a task with the same owner. It is nobody's child: use [Task.Group]
// where it should not outlive its parent.
func (t *Task) Go(name string, body Func, options ...Option) *Task {
	return t.loop.Go(name, body, append([]Option{Owner(t.owner)}, options...)...)
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

// Join waits until another task has ended and returns its error.
func (t *Task) Join(other *Task) error {
	if !other.finished {
		if err := t.parkIn(&other.joiners); err != nil {
			return err
		}
	}
	return other.err
}

// start makes the coroutine that carries the body.
func (t *Task) start() {
	t.started = true
	t.pull, t.stop = iter.Pull(func(yield func(struct{}) bool) {
		t.yield = yield
		defer t.recover()
		t.err = t.body(t)
	})
}

// recover turns a panic into the task's error while its stack is still there.
func (t *Task) recover() {
	if value := recover(); value != nil && !t.torn {
		t.err = &PanicError{Value: value, Stack: debug.Stack()}
	}
}

// resume runs the task until it gives way; false: it has ended.
func (t *Task) resume() bool {
	t.ready = false
	if !t.started {
		if t.takeInterruption() != nil {
			t.err = ErrCancelled
			return false
		}
		t.start()
	}
	_, alive := t.pull()
	return alive
}

// settle sorts out a task that has ended.
func (t *Task) settle() {
	t.finished = true
	t.body, t.pull, t.stop, t.yield = nil, nil, nil, nil
	t.loop.tasks.remove(t)
	awaited := t.joiners.first != nil
	t.joiners.wakeAll()
	if t.group != nil {
		t.group.ended(t)
		return
	}
	if t.err != nil && !awaited && !errors.Is(t.err, ErrCancelled) {
		t.loop.options.OnError(t, t.err)
	}
}
