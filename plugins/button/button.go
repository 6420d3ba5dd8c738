// Package button calls actions of other instances when a push button is pressed.
//
// Of click, double, triple and long exactly one is called for a gesture, as early
// as it can be told: a long press while the button is still down, a click at once
// unless a second press could make it a double.
package button

import (
	"errors"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/topics"
)

const topic = "pressed"

func init() {
	plugins.Register(plugins.Spec[Config]{
		Name: "button",
		Doc:  "calls actions when a push button is pressed, clicked or held",
		Defaults: Config{
			Pull: plugins.PullUp, ActiveLow: true, Debounce: 10 * time.Millisecond,
			Double: 400 * time.Millisecond, Long: time.Second, Repeat: 200 * time.Millisecond,
		},
		Topics: []plugins.Topic{
			plugins.Publishes[topics.Press](topic, "whether the button is down"),
		},
		Actions: []plugins.ActionSpec{
			{Name: "press", Doc: "does as if the button went down"},
			{Name: "release", Doc: "does as if it came up again"},
		},
		New: New,
	})
}

// New returns a button that is not watched yet.
func New(env plugins.Env, cfg Config) (plugins.Plugin, error) {
	return &button{env: env, cfg: cfg, actions: cfg.actions(), delay: cfg.Debounce + onTheWay, state: plugins.Publish[topics.Press](env, topic)}, nil
}

// onTheWay is how long an edge may take from the kernel to the loop.
const onTheWay = 2 * time.Millisecond

type button struct {
	env      plugins.Env
	cfg      Config
	actions  [gestures]plugins.Action
	delay    time.Duration // after which every edge has come
	in       *plugins.Input
	gestures *recogniser
	state    plugins.Publisher[topics.Press]
	remote   plugins.Event // an action went before the finger
}

// Start opens the line and watches it.
func (b *button) Start(t *plugins.Task) error {
	if err := b.open(t); err != nil {
		return err
	}
	b.gestures = newRecogniser(b.cfg.timing(), b.in.Level(0) == plugins.High, t.Now(), b.call)
	b.state.Set(topics.Press{Down: b.in.Level(0) == plugins.High})
	b.handleActions()
	b.env.GoUrgent("watch", b.watch)
	b.env.Go("remote", b.followRemote)
	return nil
}

func (b *button) open(t *plugins.Task) (err error) {
	b.in, err = b.env.Board.Input(t, plugins.InputOptions{
		Lines: []string{string(b.cfg.Pin)}, Pull: b.cfg.Pull, ActiveLow: b.cfg.ActiveLow,
		Debounce: b.cfg.Debounce, Stable: b.cfg.Stable,
	})
	return err
}

// Stop has nothing to leave behind: the board closes the line.
func (b *button) Stop(*plugins.Task) error { return nil }

// watch is the button's one task.
func (b *button) watch(t *plugins.Task) error {
	return b.follow(t, func(edge plugins.Edge) {
		b.env.Meter.Set("edges_lost_total", float64(b.in.Lost()))
		b.edge(edge.Level == plugins.High, edge.At)
		if edge.Level == plugins.Low {
			b.env.Health.OK() // it is not stuck any more
		}
	})
}

// follow hands over each edge, and tells the gestures of the end of waiting for one.
func (b *button) follow(t *plugins.Task, heard func(plugins.Edge)) error {
	for {
		edge, err := b.next(t, b.gestures.due())
		switch {
		case errors.Is(err, plugins.ErrTimeout):
			b.gestures.advance(t.Now().Add(-b.delay))
		case err != nil:
			return err
		default:
			heard(edge)
		}
	}
}

// edge takes an edge of the line, or of who acts in its place.
func (b *button) edge(down bool, at plugins.Instant) {
	b.state.Set(topics.Press{Down: down})
	b.gestures.edge(down, at)
}

// next waits for an edge until something is due, and then a little longer: an
// edge that happened before may have come while the loop was busy, may still be
// on its way, or may be held by the debouncer. It counts by its own time, and so
// it goes first.
func (b *button) next(t *plugins.Task, due plugins.Instant) (edge plugins.Edge, err error) {
	if due == plugins.Never {
		return b.in.Next(t)
	}
	take := func() (err error) {
		edge, err = b.in.Next(t)
		return err
	}
	if err = t.Timeout(due.Sub(t.Now()), take); errors.Is(err, plugins.ErrTimeout) {
		err = t.Timeout(b.delay, take)
	}
	return edge, err
}

// call does what is bound to a gesture.
func (b *button) call(g gesture) {
	if g == stuck {
		b.env.Health.Degraded("the button on %s has been pressed for a minute: is it stuck, or is active_low or pull wrong?", b.cfg.Pin)
		return
	}
	b.env.Log.Debug("gesture", "gesture", g)
	action := b.actions[g]
	if err := b.env.Call(action); err != nil {
		b.env.Log.Warn("the button's action failed", "gesture", g, "action", action, "err", err)
	}
}
