package scheduler

import (
	"context"
	"errors"
	"io"
	"runtime/debug"
)

// Await runs work on a goroutine of its own and waits for its result, while the
// loop continues. Cancelling the task cancels the work's context and does not wait
// for the work to return. A result that arrives after that is dropped, and closed
// if it is an io.Closer.
//
// The work must not use what tasks share: pass in what it needs, and return what
// it found. Its context ends with Await: what depends on it, such as the body of
// an HTTP response, must be read inside the work.
func Await[T any](t *Task, work func(ctx context.Context) (T, error)) (T, error) {
	if err := t.enter(); err != nil {
		return *new(T), err
	}
	ctx, cancel := context.WithCancel(context.Background())
	var (
		result  *outcome[T]
		waiting = true
	)
	defer func() {
		waiting = false
		cancel()
		if result != nil {
			result.discard() // it came together with a cancel
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
		o.run(ctx, work)
	})
	t.state = inAwait
	if !t.suspend() {
		return *new(T), t.interrupted()
	}
	arrived := result
	result = nil
	return arrived.value, arrived.err
}

// errNoResult is the outcome of work that ended its goroutine by runtime.Goexit.
var errNoResult = errors.New("the awaited work ended without a result (runtime.Goexit)")

// outcome is the result of work.
type outcome[T any] struct {
	value T
	err   error
}

// run calls the work. A panic becomes its error.
func (o *outcome[T]) run(ctx context.Context, work func(context.Context) (T, error)) {
	defer func() {
		if p := recover(); p != nil {
			o.err = &PanicError{Value: p, Stack: debug.Stack()}
		}
	}()
	o.value, o.err = work(ctx)
}

func (o *outcome[T]) discard() {
	if c, ok := any(o.value).(io.Closer); ok && o.err == nil {
		go c.Close() // it may block, which the loop must not
	}
}
