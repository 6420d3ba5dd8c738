package scheduler

import (
	"context"
	"errors"
	"io"
	"runtime/debug"
)

// Await runs work on a goroutine of its own and waits for its result, while the
// loop goes on. Cancelling the task cancels the work's context and does not wait
// for the work to notice. A result that nobody waits for any more is dropped,
// and closed if it is an io.Closer.
//
// The work must not touch what tasks share; what it needs it is given, what it
// found it returns. Its context ends with Await: what hangs on it, such as the
// body of an HTTP response, is to be read inside the work.
func Await[T any](t *Task, work func(ctx context.Context) (T, error)) (T, error) {
	t.mustBeCurrent()
	ctx, cancel := context.WithCancel(context.Background())
	var (
		result  *outcome[T]
		waiting = true
	)
	defer func() {
		waiting = false
		cancel()
		if result != nil {
			result.discard() // came together with a cancel
		}
	}()
	l := t.loop
	l.workers++
	l.clock.Work(func() {
		o := &outcome[T]{err: errNoResult}
		defer func() {
			delivered := l.posts.add(func() {
				l.workers--
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
		o.take(ctx, work)
	})
	t.place = inAwait
	if !t.giveWay() {
		return *new(T), t.interrupted()
	}
	arrived := result
	result = nil
	return arrived.value, arrived.err
}

// errNoResult is the outcome of work that ended its goroutine by runtime.Goexit.
var errNoResult = errors.New("the work ended without a result")

// outcome is what work has come to.
type outcome[T any] struct {
	value T
	err   error
}

// take does the work. A panic of it becomes its error.
func (o *outcome[T]) take(ctx context.Context, work func(context.Context) (T, error)) {
	defer func() {
		if p := recover(); p != nil {
			o.err = &PanicError{Value: p, Stack: debug.Stack()}
		}
	}()
	o.value, o.err = work(ctx)
}

func (o *outcome[T]) discard() {
	if c, ok := any(o.value).(io.Closer); ok && o.err == nil {
		go c.Close() // it may block, and the loop must not
	}
}
