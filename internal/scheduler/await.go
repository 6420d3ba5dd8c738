package scheduler

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
)

// Await runs work on a goroutine of its own and waits for its result, while the
// loop continues. Cancelling the task cancels the work's context and does not wait
// for the work to return. A result that arrives after that is dropped, and closed
// if it is an io.Closer. Up to 128 functions of an owner may run; more are refused
// with [ErrTooManyAwaits].
//
// The work must not use what tasks share: pass in what it needs, and return what
// it found. It must not leave its goroutine locked to its thread (runtime.LockOSThread),
// since that goroutine does other work afterwards. Its context ends with Await: what
// depends on it, such as the body of an HTTP response, must be read inside the work.
func Await[T any](t *Task, work func(ctx context.Context) (T, error)) (T, error) {
	result, err := t.await(func(ctx context.Context) (any, error) { return work(ctx) })
	value, _ := result.(T)
	return value, err
}

// await is [Await] of any type: in the program once, and not for each type.
func (t *Task) await(work func(ctx context.Context) (any, error)) (any, error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var value any
	c := t.ownCall()
	c.discard = func() {
		if closer, ok := value.(io.Closer); ok {
			go closer.Close() // it may block, which the loop must not
		}
	}
	returned, err := c.await(t, func() (err error) {
		value, err = work(ctx)
		return err
	})
	if !returned {
		return nil, err
	}
	return value, err
}

// Do is [Await] for work that has no result and cannot be interrupted. In the steady
// state it does not allocate.
func Do(t *Task, work func() error) error {
	_, err := t.ownCall().await(t, work)
	return err
}

// ownCall returns the task's call, or a new one if it was abandoned.
func (t *Task) ownCall() *call {
	if t.call == nil || t.call.running {
		t.call = &call{}
	}
	return t.call
}

// Turns lets pieces of work that block go one after the other, also where the task
// that began one was cancelled and nobody waits for it any more. The zero value is
// ready.
type Turns struct {
	busy bool
	free Event
	call call
}

// Do is [Do], but first waits for the end of what was begun before with the same turns,
// such as a transfer to the same device.
func (turns *Turns) Do(t *Task, work func() error) error {
	for turns.busy {
		turns.free.Clear()
		if err := turns.free.Wait(t); err != nil {
			return err
		}
	}
	turns.call.turns = turns
	_, err := turns.call.await(t, work)
	return err
}

// maxWork is how many functions of one owner may run beside the loop.
const maxWork = 128

// workersOf returns how many functions of an owner run.
func (l *Loop) workersOf(owner string) *int {
	n := l.workers[owner]
	if n == nil {
		n = new(int)
		l.workers[owner] = n
	}
	return n
}

// ErrTooManyAwaits is what [Await] and [Do] return if too many functions of the same
// owner have not returned yet, for example since they ignore their context.
var ErrTooManyAwaits = errors.New("too many awaited functions have not returned")

// errNoResult is the outcome of work that ended its goroutine by runtime.Goexit.
var errNoResult = errors.New("the awaited work ended without a result (runtime.Goexit)")

// call is a function that runs on another goroutine while a task waits for it. Once it
// has ended it can be used again.
type call struct {
	discard func() // if set, called with a result for which the task did not wait
	turns   *Turns // if set, whose turn it is
	task    *Task
	work    func() error
	err     error
	running bool
	waiting bool   // the task is
	run     func() // runs the work; these two are bound once, so that a call does not allocate
	arrived func() // is called on the loop when the work has ended
}

// await reports whether the work has returned, and its error; or the error of the wait.
func (c *call) await(t *Task, work func() error) (returned bool, err error) {
	if err := t.enter(); err != nil {
		return false, err
	}
	l := t.loop
	if t.workers == nil {
		t.workers = l.workersOf(t.owner)
	}
	if *t.workers >= maxWork {
		err := fmt.Errorf("%w: %d", ErrTooManyAwaits, maxWork)
		l.reportMisuse(t, "Await", err)
		return false, err
	}
	*t.workers++
	if c.run == nil {
		c.run, c.arrived = c.doWork, c.arrive
	}
	if c.turns != nil {
		c.turns.busy = true
	}
	c.task, c.work, c.err = t, work, errNoResult
	c.running, c.waiting = true, true
	defer func() {
		c.waiting = false
		if !c.running {
			c.end(returned)
		}
	}()
	l.clock.Work(c.run)
	if err := t.suspend(inAwait); err != nil {
		return false, err
	}
	return true, c.err
}

// doWork runs the work. A panic becomes its error.
func (c *call) doWork() {
	defer func() {
		if p := recover(); p != nil {
			c.err = &PanicError{Value: p, Stack: debug.Stack()}
		}
		if !c.task.loop.postAndRun(c.arrived) {
			c.drop()
		}
	}()
	c.err = c.work()
}

func (c *call) arrive() {
	*c.task.workers--
	c.running = false
	if c.waiting {
		c.task.wake()
	} else {
		c.end(false)
	}
}

// end ends the call after its work has returned. The turn ends here, since the next one
// replaces the error.
func (c *call) end(taken bool) {
	if !taken {
		c.drop()
	}
	c.work, c.discard = nil, nil
	if c.turns != nil {
		c.turns.busy = false
		c.turns.free.Set()
	}
}

// drop drops the result.
func (c *call) drop() {
	if c.discard != nil && c.err == nil {
		c.discard()
	}
}
