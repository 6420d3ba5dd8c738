// Package button calls actions of other instances when a push button is used.
//
// A press becomes exactly one of click, double, triple and long, decided as early as
// possible: a long press while the button is still down, a click on release unless a
// second press could make it a double click.
package button

import (
	"errors"
	"time"

	"ptvd/plugins"
	"ptvd/plugins/topics"
)

var pressed = plugins.NewTopic[topics.Press]("pressed", "whether the button is down", plugins.State(0))

func init() {
	plugins.Register(plugins.Spec[Config]{
		Name: "button",
		Doc:  "calls actions when a push button is pressed, clicked or held",
		Defaults: Config{
			Pull: plugins.PullUp, ActiveLow: true, Debounce: 10 * time.Millisecond,
			Double: 400 * time.Millisecond, Long: time.Second, Repeat: 200 * time.Millisecond,
		},
		Topics:  plugins.Topics(pressed),
		Actions: plugins.Actions(pressBy, releaseBy),
		New:     New,
	})
}

// New returns a button that is not started.
func New(env plugins.Env, cfg Config) (plugins.Plugin, error) {
	return &button{
		env: env, cfg: cfg, actions: cfg.actions(),
		grace: cfg.Debounce + maxDelivery,
	}, nil
}

// maxDelivery is the longest time that an edge takes from the kernel to the loop.
const maxDelivery = 2 * time.Millisecond

type button struct {
	env        plugins.Env
	cfg        Config
	actions    [gestures]plugins.ActionRef
	grace      time.Duration // how long after an instant its edges may still arrive
	in         *plugins.Input
	recognizer *recognizer
	called     plugins.Event // set when the action press or release was called
}

// Start opens the line and begins to watch it.
func (b *button) Start(t *plugins.Task) error {
	if err := b.open(t); err != nil {
		return err
	}
	down := b.in.Level(0) == plugins.High
	b.recognizer = newRecognizer(b.cfg.timing(), down, t.Now(), b.call)
	pressed.Set(b.env, topics.Press{Down: down})
	b.handleActions()
	b.env.GoUrgent("watch", b.watch)
	b.env.Go("actions", b.awaitActions)
	return nil
}

func (b *button) open(t *plugins.Task) (err error) {
	b.in, err = b.env.Board.Input(t, plugins.InputOptions{
		Lines: []string{string(b.cfg.Pin)}, Pull: b.cfg.Pull, ActiveLow: b.cfg.ActiveLow,
		Debounce: b.cfg.Debounce, Stable: b.cfg.Stable,
	})
	return err
}

// Stop releases the button if it is down: the instance that was called by on_press
// must not wait for an on_release that nobody calls any more.
func (b *button) Stop(*plugins.Task) error {
	if b.recognizer != nil {
		pressed.Set(b.env, topics.Press{})
		b.recognizer.abort()
	}
	return nil
}

// watch follows the line.
func (b *button) watch(t *plugins.Task) error {
	return b.follow(t, func(edge plugins.Edge) {
		b.env.Meter.Set("edges_lost_total", float64(b.in.Lost()))
		b.edge(edge.Level == plugins.High, edge.At)
		if edge.Level == plugins.Low {
			b.env.Health.OK() // it is not stuck
		}
	})
}

// follow passes each edge to onEdge and decides gestures when they are due.
func (b *button) follow(t *plugins.Task, onEdge func(plugins.Edge)) error {
	for {
		edge, err := b.next(t, b.recognizer.due())
		switch {
		case errors.Is(err, plugins.ErrTimeout):
			b.recognizer.advance(t.Now().Add(-b.grace))
		case err != nil:
			return err
		default:
			onEdge(edge)
		}
	}
}

// edge handles a press or a release, of the line or by an action.
func (b *button) edge(down bool, at plugins.Instant) {
	pressed.Set(b.env, topics.Press{Down: down})
	b.recognizer.edge(down, at)
}

// next waits for an edge until due, and then for the grace period: an edge from before
// due may not have arrived yet, because the loop was busy or the debouncer holds it. It
// must be handled first, since gestures are decided by the times of the edges.
func (b *button) next(t *plugins.Task, due plugins.Instant) (edge plugins.Edge, err error) {
	if due == plugins.Never {
		return b.in.Next(t)
	}
	take := func() (err error) {
		edge, err = b.in.Next(t)
		return err
	}
	if err = t.Timeout(due.Sub(t.Now()), take); errors.Is(err, plugins.ErrTimeout) {
		err = t.Timeout(b.grace, take)
	}
	return edge, err
}

// call calls the action that is configured for a gesture.
func (b *button) call(g gesture) {
	switch {
	case g == stuck && b.in.Level(0) == plugins.Low:
		b.env.Log.Warn("button released: the action press was not followed by release", "timeout", stuckAfter)
		pressed.Set(b.env, topics.Press{})
		b.recognizer.abort()
		return
	case g == stuck:
		b.env.Health.Degraded("%s has been pressed for over a minute: the button may be stuck, or active_low or pull is wrong", b.cfg.Pin)
		return
	}
	b.env.Log.Debug("gesture", "gesture", g)
	action := b.actions[g]
	if err := b.env.Call(action); err != nil {
		b.env.Log.Warn("action failed", "gesture", g, "action", action, "err", err)
	}
}
