package button

import (
	"errors"

	"ptvd/plugins"
)

// handleActions lets others press the button without touching it.
func (b *button) handleActions() {
	edge := func(name string, down bool) {
		b.env.Handle(name, func(string) error {
			b.edge(down, b.env.Loop.Now())
			b.remote.Set()
			return nil
		})
	}
	edge("press", true)
	edge("release", false)
}

// followRemote decides in time what such a press becomes. The task that watches the
// line waits for the line's own edges alone.
func (b *button) followRemote(t *plugins.Task) error {
	for {
		err := b.awaitRemote(t, b.gestures.due())
		b.remote.Clear()
		switch {
		case errors.Is(err, plugins.ErrTimeout):
			b.gestures.advance(t.Now())
		case err != nil:
			return err
		}
	}
}

func (b *button) awaitRemote(t *plugins.Task, due plugins.Instant) error {
	if due == plugins.Never {
		return b.remote.Wait(t)
	}
	return t.Timeout(due.Sub(t.Now()), func() error { return b.remote.Wait(t) })
}
