package host

import (
	"cmp"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"strings"

	"ptvd/internal/scheduler"
)

// name is an instance and one of its topics or actions.
type name struct{ instance, what string }

func (n name) String() string { return n.instance + "." + n.what }

// Bus connects instances: topics and actions by name. It belongs to the loop.
type Bus struct {
	now      func() scheduler.Instant
	slots    map[name]*Slot
	declared []*Slot // in the order of their declaration
	changed  scheduler.Event

	actions  map[string][]Action // of each instance
	handlers map[name]*handler
	down     map[string]string // instances that do not run, and why
	calls    []name            // that are being carried out, the outermost first

	// OnPanic is called with the panic of a handler.
	OnPanic func(instance string, err error)
	// As runs a handler on its owner's account, see [scheduler.Loop.As].
	As func(owner, name string, do func())
}

// NewBus returns an empty bus, whose values age by a monotonic clock.
func NewBus(now func() scheduler.Instant) *Bus {
	return &Bus{
		now:      now,
		slots:    map[name]*Slot{},
		actions:  map[string][]Action{},
		handlers: map[name]*handler{},
		down:     map[string]string{},
		OnPanic:  func(string, error) {},
		As:       func(_, _ string, do func()) { do() },
	}
}

// Declare makes the topics and actions of an instance known, in place of those it had.
func (b *Bus) Declare(instance string, d Definition, config any) {
	topics := append(slices.Clip(d.TopicsOf(config)), HealthTopic)
	b.undeclare(instance, topics)
	b.actions[instance] = d.Actions
	for _, t := range topics {
		slot := b.Slot(instance, t.Name)
		slot.Plugin, slot.topic = d.Name, t
		if !slot.declared {
			slot.declared = true
			b.declared = append(b.declared, slot)
		}
	}
}

// undeclare forgets the topics of an instance, except those that stay. Their slots remain
// for readers that have one, should the topic be declared again.
func (b *Bus) undeclare(instance string, stay []Topic) {
	b.declared = slices.DeleteFunc(b.declared, func(s *Slot) bool {
		stays := slices.ContainsFunc(stay, func(t Topic) bool { return t.Name == s.topic.Name && t.Type == s.topic.Type })
		if s.Instance != instance || stays {
			return false
		}
		s.declared, s.values = false, nil
		return true
	})
	b.changed.Set()
	b.changed.Clear()
}

// Actions returns the actions of an instance.
func (b *Bus) Actions(instance string) []Action { return b.actions[instance] }

// Forget removes what an instance has left, when it is no more.
func (b *Bus) Forget(instance string) {
	b.Down(instance, "")
	delete(b.down, instance)
	b.undeclare(instance, nil)
	delete(b.actions, instance)
}

// Up says that an instance takes actions.
func (b *Bus) Up(instance string) { delete(b.down, instance) }

// Down says that it does not, and why. The next run has to call Handle again.
func (b *Bus) Down(instance, why string) {
	b.down[instance] = why
	maps.DeleteFunc(b.handlers, func(n name, _ *handler) bool { return n.instance == instance })
}

// missing says what of an action is missing: the instance, or the action of it.
func (b *Bus) missing(called name) error {
	if _, isThere := b.actions[called.instance]; !isThere {
		return Missing(called.String(), "instance", slices.Sorted(maps.Keys(b.actions)))
	}
	var there []string
	for n := range b.handlers {
		if n.instance == called.instance {
			there = append(there, n.what)
		}
	}
	slices.Sort(there)
	return Missing(called.String(), "action", there)
}

// Missing is the error of a call of an action that is missing, or whose instance is. what is
// which of them, and there are the others of its kind.
func Missing(call, what string, there []string) error {
	return fmt.Errorf("%s: no such %s; there is %s", call, what, cmp.Or(strings.Join(there, ", "), "none"))
}

type handler struct {
	do      func(arg string) error
	action  Action
	name    string // of the action, with its instance
	account string // of its time
}

// Call carries out an action. Its time, and a panic in it, are the callee's, not
// the caller's. Actions that call each other in a ring would never end, so a call
// of an action that is being carried out is an error that names the ring.
func (b *Bus) Call(instance, action, arg string) (err error) {
	called := name{instance, action}
	if why, down := b.down[instance]; down {
		// Cut off, since why may be this very error of the caller's last run.
		return fmt.Errorf("%v: %s is not running: %.200s", called, instance, why)
	}
	h, ok := b.handlers[called]
	if !ok {
		return b.missing(called)
	}
	if err := h.action.CheckArg(h.name, arg); err != nil {
		return err
	}
	if at := slices.Index(b.calls, called); at >= 0 {
		var ring []string
		for _, n := range append(slices.Clip(b.calls[at:]), called) {
			ring = append(ring, n.String())
		}
		return fmt.Errorf("actions call each other in a ring: %s", strings.Join(ring, " -> "))
	}
	b.calls = append(b.calls, called)
	defer func() { b.calls = b.calls[:len(b.calls)-1] }()
	b.As(instance, h.account, func() {
		defer func() {
			if p := recover(); p != nil {
				err = &scheduler.PanicError{Value: p, Stack: debug.Stack()}
				b.OnPanic(instance, err)
			}
		}()
		err = h.do(arg)
	})
	return err
}
