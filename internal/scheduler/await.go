package scheduler

import (
	"context"
	"io"
	"runtime/debug"
)

// Await runs work on a goroutine of its own and waits for its result, while the
// loop goes on. Cancelling the task cancels the work's context and does not wait
// for the work to notice. A result that nobody waits for any more is dropped,
// and closed if it is an io.Closer.
//
// The work must not touch what tasks share; what it needs it is given, what it
// found it returns.
func Await[T any](t *Task, work func(ctx context.Context) (T, error)) (T, error) {
	t.mustBeCurrent()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var (
		result    T
		err       error
		arrived   bool
		abandoned bool
	)
	l := t.loop
	l.workers++
	l.clock.Work(func() {
		value, failure := guard(ctx, work)
		l.Post(func() {
			l.workers--
			if abandoned {
				discard(value)
				return
			}
			result, err, arrived = value, failure, true
			t.wake()
		})
	})
	t.place = inAwait
	if interrupted := t.giveWay(); interrupted != nil {
		abandoned = true
		if arrived {
			discard(result)
		}
		var none T
		return none, interrupted
	}
	return result, err
}

// guard keeps a panic of the work from ending the process.
func guard[T any](ctx context.Context, work func(context.Context) (T, error)) (value T, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &PanicError{Value: p, Stack: debug.Stack()}
		}
	}()
	return work(ctx)
}

func discard(value any) {
	if c, ok := value.(io.Closer); ok {
		go c.Close() // it may block, and the loop must not
	}
}
