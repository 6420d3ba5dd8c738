package plugins

import "context"

// Turns lets pieces of work that block go one after the other, also where the task
// that began one was cancelled and nobody waits for it any more. The zero value is
// ready.
type Turns struct {
	busy bool
	free Event
}

// AwaitTurn is [Await] for work that must not meet what was begun before with the
// same turns, such as two transfers to one device: it waits for its end first.
func AwaitTurn[T any](t *Task, turns *Turns, work func(ctx context.Context) (T, error)) (T, error) {
	for turns.busy {
		turns.free.Clear()
		if err := turns.free.Wait(t); err != nil {
			return *new(T), err
		}
	}
	turns.busy = true
	return Await(t, func(ctx context.Context) (T, error) {
		defer t.Loop().Post(func() {
			turns.busy = false
			turns.free.Set()
		})
		return work(ctx)
	})
}
