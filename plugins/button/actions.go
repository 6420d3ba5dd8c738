package button

import (
	"errors"

	"ptvd/plugins"
)

// handleActions lets other instances press the button.
func (b *button) handleActions() {
	edge := func(a *plugins.Action, down bool) {
		a.Handle(b.env, func(string) error {
			b.edge(down, b.env.Now())
			b.called.Set()
			return nil
		})
	}
	edge(pressAction, true)
	edge(releaseAction, false)
}

// awaitActions decides gestures that began with an action. The watch task cannot: it
// wakes for edges of the line only.
func (b *button) awaitActions(t *plugins.Task) error {
	for {
		err := b.awaitAction(t, b.recognizer.due())
		b.called.Clear()
		switch {
		case errors.Is(err, plugins.ErrTimeout):
			b.recognizer.advance(t.Now())
		case err != nil:
			return err
		}
	}
}

func (b *button) awaitAction(t *plugins.Task, due plugins.Instant) error {
	if due == plugins.Never {
		return b.called.Wait(t)
	}
	return t.Timeout(due.Sub(t.Now()), func() error { return b.called.Wait(t) })
}
