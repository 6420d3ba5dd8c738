package button

import (
	"errors"

	"ptvd/plugins"
)

// The actions by which other instances press the button.
var (
	pressBy = plugins.NewAction("press", "presses the button, until release is called",
		plugins.EndedBy("release"), plugins.CallsOptions("on_press", "on_double", "on_triple"))
	releaseBy = plugins.NewAction("release", "releases the button", plugins.CallsOptions("on_release", "on_click"))
)

func (b *button) handleActions() {
	edge := func(down bool) func(string) error {
		return func(string) error {
			b.edge(down, b.env.Now())
			b.called.Set()
			return nil
		}
	}
	pressBy.Handle(b.env, edge(true))
	releaseBy.Handle(b.env, edge(false))
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
