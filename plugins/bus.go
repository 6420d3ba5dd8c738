package plugins

import (
	"fmt"
	"maps"
	"runtime/debug"

	"ptvd/internal/scheduler"
)

// Bus connects instances: topics and actions by name. It belongs to the loop.
type Bus struct {
	topics   map[[2]string]*topic
	handlers map[[2]string]func(arg string) error
	down     map[string]string // instances that do not run, and why

	// OnPanic hears of a handler that panicked.
	OnPanic func(instance string, err error)
	// As runs a handler on its owner's account, see [scheduler.Loop.RunAs].
	As func(owner, name string, do func())
}

// NewBus returns an empty bus.
func NewBus() *Bus {
	return &Bus{
		topics:   map[[2]string]*topic{},
		handlers: map[[2]string]func(string) error{},
		down:     map[string]string{},
		OnPanic:  func(string, error) {},
		As:       func(_, _ string, do func()) { do() },
	}
}

// Handle gives an action that the plugin's Spec declares its meaning. The
// function runs on the loop in the caller's step: it changes state or sets an
// event, and leaves what takes time to a task.
func (e Env) Handle(action string, do func(arg string) error) {
	e.Bus.handlers[[2]string{e.Instance, action}] = do
}

// Call calls an action of another instance. An unbound one does nothing.
func (e Env) Call(a Action) error {
	if !a.Bound() {
		return nil
	}
	return e.Bus.Call(a)
}

// Call calls an action. Its time, and a panic in it, are the callee's, not the
// caller's.
func (b *Bus) Call(a Action) (err error) {
	if why, down := b.down[a.Instance]; down {
		return fmt.Errorf("%v: %s is not running: %s", a, a.Instance, why)
	}
	do := b.handlers[[2]string{a.Instance, a.Name}]
	if do == nil {
		return fmt.Errorf("%v: there is no such action", a)
	}
	b.As(a.Instance, "action "+a.Name, func() {
		defer func() {
			if p := recover(); p != nil {
				err = &scheduler.PanicError{Value: p, Stack: debug.Stack()}
				b.OnPanic(a.Instance, err)
			}
		}()
		err = do(a.Arg)
	})
	return err
}

// Up says that an instance takes actions.
func (b *Bus) Up(instance string) { delete(b.down, instance) }

// Down says that it does not, and why.
func (b *Bus) Down(instance, why string) { b.down[instance] = why }

// Forget removes what an instance has left, when it is no more.
func (b *Bus) Forget(instance string) {
	delete(b.down, instance)
	ofInstance := func(key [2]string) bool { return key[0] == instance }
	maps.DeleteFunc(b.handlers, func(key [2]string, _ func(string) error) bool { return ofInstance(key) })
	maps.DeleteFunc(b.topics, func(key [2]string, _ *topic) bool { return ofInstance(key) })
}

func (b *Bus) topic(instance, name string) *topic {
	key := [2]string{instance, name}
	if b.topics[key] == nil {
		b.topics[key] = new(topic)
	}
	return b.topics[key]
}
