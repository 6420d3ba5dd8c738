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
// it found. Its context ends with Await: what depends on it, such as the body of
// an HTTP response, must be read inside the work.
func Await[T any](t *Task, work func(ctx context.Context) (T, error)) (T, error) {
	result, err := t.await(func(ctx context.Context) (any, error) { return work(ctx) })
	value, _ := result.(T)
	return value, err
}

// await is [Await] of any type: in the program once, and not for each type.
func (t *Task) await(work func(ctx context.Context) (any, error)) (any, error) {
	if err := t.enter(); err != nil {
		return nil, err
	}
	l := t.loop
	if l.workers[t.owner] >= maxWork {
		err := fmt.Errorf("%w: %d", ErrTooManyAwaits, maxWork)
		l.reportMisuse(t, "Await", err)
		return nil, err
	}
	l.workers[t.owner]++
	ctx, cancel := context.WithCancel(context.Background())
	var (
		result  *outcome
		waiting = true
	)
	defer func() {
		waiting = false
		cancel()
		if result != nil {
			result.discard() // it came together with a cancel
		}
	}()
	l.clock.Work(func() {
		o := &outcome{err: errNoResult}
		defer func() {
			delivered := l.posts.add(func() {
				if l.workers[t.owner]--; l.workers[t.owner] == 0 {
					delete(l.workers, t.owner)
				}
				if !waiting {
					o.discard()
					return
				}
				result = o
				t.wake()
			})
			if !delivered {
				o.discard()
			}
		}()
		o.run(ctx, work)
	})
	if err := t.suspend(inAwait); err != nil {
		return nil, err
	}
	arrived := result
	result = nil
	return arrived.value, arrived.err
}

// maxWork is how many functions of one owner may run beside the loop.
const maxWork = 128

// ErrTooManyAwaits is what [Await] returns if too many functions of the same owner
// have not returned yet, for example since they ignore their context.
var ErrTooManyAwaits = errors.New("too many awaited functions have not returned")

// errNoResult is the outcome of work that ended its goroutine by runtime.Goexit.
var errNoResult = errors.New("the awaited work ended without a result (runtime.Goexit)")

// outcome is the result of work.
type outcome struct {
	value any
	err   error
}

// run calls the work. A panic becomes its error.
func (o *outcome) run(ctx context.Context, work func(context.Context) (any, error)) {
	defer func() {
		if p := recover(); p != nil {
			o.err = &PanicError{Value: p, Stack: debug.Stack()}
		}
	}()
	o.value, o.err = work(ctx)
}

func (o *outcome) discard() {
	if c, ok := o.value.(io.Closer); ok && o.err == nil {
		go c.Close() // it may block, which the loop must not
	}
}
