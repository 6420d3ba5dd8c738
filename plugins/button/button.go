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

var (
	pressed  = plugins.NewTopic[topics.Press]("pressed", "whether the button is down", plugins.State(0))
	gestured = plugins.NewTopic[topics.Gesture]("gesture", "what was done with the button, of the gestures that have an action", plugins.Events())
)

// The actions by which other instances press the button.
var (
	pressBy = plugins.NewAction("press", "presses the button, until release is called",
		plugins.EndedBy("release"), plugins.CallsOptions("on_press", "on_double", "on_triple"))
	releaseBy = plugins.NewAction("release", "releases the button", plugins.CallsOptions("on_release", "on_click"))
)

func init() {
	plugins.Register(plugins.Spec[Config]{
		Name: "button",
		Doc:  "calls actions when a push button is pressed, clicked or held",
		Defaults: Config{
			Pull: plugins.PullUp, ActiveLow: true, Debounce: 10 * time.Millisecond,
			Double: 400 * time.Millisecond, Long: time.Second, Repeat: 200 * time.Millisecond,
		},
		Topics:  plugins.Topics(pressed, gestured),
		Actions: plugins.Actions(pressBy, releaseBy),
		New:     New,
	})
}

// Config is the configuration of a button.
type Config struct {
	Pin       plugins.Pin   `yaml:"pin" doc:"the GPIO line that the button is connected to" required:"true"`
	Pull      plugins.Pull  `yaml:"pull" doc:"the line's pull resistor" oneof:"up down none"`
	ActiveLow bool          `yaml:"active_low" doc:"true if a press connects the line to ground, false if it connects it to 3.3 V"`
	Debounce  time.Duration `yaml:"debounce" doc:"how long the line must be still after a change, because contacts bounce" min:"0s" max:"100ms"`
	Stable    bool          `yaml:"stable" doc:"for noisy wiring: accept a change only after the level has held for the debounce time"`

	Double time.Duration `yaml:"double" doc:"the longest time from one press to the next in a double or triple click" min:"100ms" max:"2s"`
	Long   time.Duration `yaml:"long" doc:"how long the button must be held for a long press" min:"200ms" max:"30s"`
	Repeat time.Duration `yaml:"repeat" doc:"the interval between calls of on_hold" min:"20ms" max:"10s"`

	OnPress   []plugins.ActionRef `yaml:"on_press" doc:"called as soon as the button is pressed, whatever gesture follows; like each of these an action, or a list of actions that are called in turn"`
	OnRelease []plugins.ActionRef `yaml:"on_release" doc:"called when the button is released"`
	OnClick   []plugins.ActionRef `yaml:"on_click" doc:"called after a single press that is not a long press"`
	OnDouble  []plugins.ActionRef `yaml:"on_double" doc:"called on a double click"`
	OnTriple  []plugins.ActionRef `yaml:"on_triple" doc:"called on a triple click"`
	OnLong    []plugins.ActionRef `yaml:"on_long" doc:"called once during a long press, as soon as it is one"`
	OnHold    []plugins.ActionRef `yaml:"on_hold" doc:"called repeatedly during a long press"`
}

// Validate rejects a button without actions.
func (c Config) Validate() error {
	for _, actions := range c.actions() {
		if len(actions) > 0 {
			return nil
		}
	}
	return errors.New("no action is configured; add on_press, on_click or another on_… option, such as on_press: panel.next")
}

func (c Config) actions() [gestures][]plugins.ActionRef {
	return [gestures][]plugins.ActionRef{
		press: c.OnPress, release: c.OnRelease,
		click: c.OnClick, double: c.OnDouble, triple: c.OnTriple,
		long: c.OnLong, hold: c.OnHold,
	}
}

// timing includes only the gestures that have an action, so that no decision is
// delayed by a gesture that does nothing.
func (c Config) timing() timing {
	w := timing{clicks: 1, window: c.Double}
	if len(c.OnDouble) > 0 {
		w.clicks = 2
	}
	if len(c.OnTriple) > 0 {
		w.clicks = 3
	}
	if len(c.OnLong) > 0 || len(c.OnHold) > 0 {
		w.long = c.Long
	}
	if len(c.OnHold) > 0 {
		w.repeat = c.Repeat
	}
	return w
}

// New returns a button that is not started.
func New(env plugins.Env, cfg Config) (plugins.Plugin, error) {
	return &button{env: env, cfg: cfg, actions: cfg.actions()}, nil
}

// maxDelivery is the longest time that an edge takes from the kernel to the loop.
const maxDelivery = 2 * time.Millisecond

type button struct {
	env        plugins.Env
	cfg        Config
	actions    [gestures][]plugins.ActionRef
	in         *plugins.Input
	contact    *contact
	recognizer *recognizer
	lost       uint64        // edges, as they were counted last
	called     plugins.Event // set when the action press or release was called
}

// Start opens the line and begins to watch it.
func (b *button) Start(t *plugins.Task) error {
	if err := b.open(t, b.lineEdge, b.reportNoise, b.call); err != nil {
		return err
	}
	pressed.Set(b.env, topics.Press{Down: b.contact.down})
	handle := func(a *plugins.Action, down bool) {
		a.Handle(b.env, func(string) error {
			b.edge(down, b.env.Now())
			b.called.Set()
			return nil
		})
	}
	handle(pressBy, true)
	handle(releaseBy, false)
	b.env.GoUrgent("watch", b.watch)
	b.env.Go("actions", b.awaitActions)
	return nil
}

// open opens the line, and reports its clean edges, noise, and gestures.
func (b *button) open(t *plugins.Task, edge func(bool, plugins.Instant), noise func(int), gesture func(gesture)) (err error) {
	b.in, err = b.env.Board.Input(t, plugins.InputOptions{
		Lines: []string{string(b.cfg.Pin)}, Pull: b.cfg.Pull, ActiveLow: b.cfg.ActiveLow,
	})
	if err != nil {
		return err
	}
	down := b.in.Level(0) == plugins.High
	b.contact = newContact(b.cfg, down, t.Now(), edge, noise)
	b.recognizer = newRecognizer(b.cfg.timing(), down, t.Now(), gesture)
	return nil
}

// Stop releases the button if it is down: the instance that was called by on_press
// must not wait for an on_release that nobody calls any more.
func (b *button) Stop(*plugins.Task) error {
	if b.recognizer != nil {
		b.abort()
	}
	return nil
}

func (b *button) abort() {
	pressed.Set(b.env, topics.Press{})
	b.recognizer.abort()
}

// watch follows the line: edges, and what is due without one.
func (b *button) watch(t *plugins.Task) error {
	b.env.Meter.Describe("edges_lost_total", "Edges that the kernel's queue lost.")
	b.env.Meter.Set("edges_lost_total", 0)
	for {
		edge, err := b.next(t)
		switch {
		case errors.Is(err, plugins.ErrTimeout):
			b.contact.advance(t.Now())
			b.recognizer.advance(min(t.Now().Add(-maxDelivery), b.contact.undecided()))
		case err != nil:
			return err
		default:
			if n := b.in.Lost(); n != b.lost {
				b.lost = n
				b.env.Meter.Set("edges_lost_total", float64(n))
			}
			b.contact.edge(edge.Level == plugins.High, edge.At)
		}
	}
}

// next waits for an edge of the line until something is due. Gestures are due a little
// later, since an edge from before may still be on its way, or undecided; it must be
// handled first, as gestures are decided by the times of the edges.
func (b *button) next(t *plugins.Task) (edge plugins.Edge, err error) {
	contact, gesture := b.contact.due(), b.recognizer.due()
	if min(contact, b.contact.undecided()) <= gesture {
		return b.in.NextUntil(t, contact)
	}
	if edge, err = b.in.NextUntil(t, gesture); errors.Is(err, plugins.ErrTimeout) {
		edge, err = b.in.NextUntil(t, t.Now().Add(maxDelivery))
	}
	return edge, err
}

func (b *button) lineEdge(down bool, at plugins.Instant) {
	b.edge(down, at)
	if !down {
		b.env.Health.OK() // it is not stuck
	}
}

// edge handles a press or a release, of the line or by an action.
func (b *button) edge(down bool, at plugins.Instant) {
	pressed.Set(b.env, topics.Press{Down: down})
	b.recognizer.edge(down, at)
}

// reportNoise reports a line that changes faster than a person can press.
func (b *button) reportNoise(edgesPerSecond int) {
	if edgesPerSecond == 0 {
		b.env.Health.OK()
		b.quiet()
		pressed.Set(b.env, topics.Press{Down: b.contact.down})
		return
	}
	b.abort()
	b.env.Health.Degraded("noise on %s: %d edges/s; presses are ignored until it is quiet: check the wire and the pull resistor", b.cfg.Pin, edgesPerSecond)
}

// quiet handles the end of noise, at which the button may be down.
func (b *button) quiet() {
	if b.contact.down {
		b.recognizer.downWithoutPress(b.contact.now)
	}
}

// call calls the actions that are configured for a gesture. One that fails stops none of the
// others.
func (b *button) call(g gesture) {
	switch {
	case g == stuck && !b.contact.down:
		b.env.Log.Warn("button released: the action press was not followed by release", "timeout", stuckAfter)
		b.abort()
		return
	case g == stuck:
		b.env.Health.Degraded("%s has been pressed for over a minute: the button may be stuck, or active_low or pull is wrong", b.cfg.Pin)
		return
	}
	b.env.Log.Debug("gesture", "gesture", g)
	if g != hold {
		gestured.Set(b.env, topics.Gesture(g.String()))
	}
	for _, action := range b.actions[g] {
		if err := b.env.Call(action); err != nil {
			b.env.Log.Warn("action failed", "gesture", g, "action", action, "err", err)
		}
	}
}

// awaitActions decides gestures that began with an action. The watch task cannot: it
// wakes for edges of the line only.
func (b *button) awaitActions(t *plugins.Task) error {
	for {
		err := t.Timeout(b.recognizer.due().Sub(t.Now()), func() error { return b.called.Wait(t) })
		b.called.Clear()
		switch {
		case errors.Is(err, plugins.ErrTimeout):
			b.recognizer.advance(t.Now())
		case err != nil:
			return err
		}
	}
}
