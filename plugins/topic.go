package plugins

import (
	"reflect"

	"ptvd/internal/scheduler"
)

// Topic is a value that instances of a plugin publish: typed, and retained, so
// that who comes later sees the latest one.
type Topic struct {
	Name string
	Doc  string
	Type reflect.Type
}

// Publishes declares a topic in a Spec.
func Publishes[T any](name, doc string) Topic {
	return Topic{Name: name, Doc: doc, Type: reflect.TypeFor[T]()}
}

// From names a topic of type T that another instance publishes: "trains", or
// "trains.departures" where the instance publishes several of that type. As a
// field of a Config it is checked before anything starts.
type From[T any] struct{ Instance, Topic string }

// Payload returns T, for whoever checks the reference.
func (From[T]) Payload() reflect.Type { return reflect.TypeFor[T]() }

// Publisher is the writing end of a topic.
type Publisher[T any] struct{ topic *topic }

// Publish returns the writing end of a topic that the plugin's Spec declares.
func Publish[T any](e Env, name string) Publisher[T] {
	return Publisher[T]{e.Bus.topic(e.Instance, name)}
}

// Set publishes a value. It must not be changed afterwards.
func (p Publisher[T]) Set(value T) {
	p.topic.value = value
	p.topic.version++
	p.topic.changed.Set()
	p.topic.changed.Clear()
}

// Subscription is the reading end of a topic.
type Subscription[T any] struct{ topic *topic }

// Subscribe returns the reading end of a topic.
func Subscribe[T any](e Env, from From[T]) Subscription[T] {
	return Subscription[T]{e.Bus.topic(from.Instance, from.Topic)}
}

// Get returns the latest value; false: none was published yet.
func (s Subscription[T]) Get() (T, bool) {
	value, ok := s.topic.value.(T)
	return value, ok
}

// Version returns how many values were published: who looks at every tick sees
// from it whether there is another one.
func (s Subscription[T]) Version() uint64 { return s.topic.version }

// Wait waits until a value is published.
func (s Subscription[T]) Wait(t *Task) error { return s.topic.changed.Wait(t) }

type topic struct {
	value   any
	version uint64
	changed scheduler.Event
}
