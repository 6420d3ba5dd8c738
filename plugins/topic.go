package plugins

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"ptvd/internal/host"
	"ptvd/internal/schema"
)

// Topic is a value of type T that the instances of a plugin publish. Declare it
// once, list it in the Spec, and use that variable:
//
//	var temperature = plugins.NewTopic[topics.Reading]("temperature", "what the sensor reads", plugins.State(2*time.Minute))
//
//	temperature.Set(env, topics.Reading{Value: 21.4, Unit: "°C"})
type Topic[T any] struct{ declaration host.Topic }

// NewTopic declares a topic. Package topics has the types that others understand;
// with any other, readers show the value as JSON. A pointer panics: a published value
// is never changed.
func NewTopic[T any](name, doc string, class Class) *Topic[T] {
	if payload := reflect.TypeFor[T](); payload.Kind() == reflect.Pointer {
		panic(fmt.Sprintf("plugins: the topic %q is of the pointer type %v; use %v", name, payload, payload.Elem()))
	}
	return &Topic[T]{host.Topic{
		Name: name, Doc: doc, Type: reflect.TypeFor[T](), Class: class.class, MaxAge: class.maxAge,
	}}
}

// Class tells readers how to treat the values of a topic: [State], [Events] or
// [Stream].
type Class struct {
	class  host.Class
	maxAge time.Duration
}

// State is the class of what holds until the next value, such as a level. It is
// retained, so that a reader which comes later sees it. A value that is older than
// maxAge says nothing any more; with 0 it always holds.
func State(maxAge time.Duration) Class { return Class{host.State, maxAge} }

// Events is the class of what happens at an instant, such as a gesture. An event
// is never retained.
func Events() Class { return Class{class: host.Event} }

// Stream is the class of what changes many times a second, such as a picture. It
// is retained; readers that send it to other machines do so only where they are
// told to, and once a second at most.
func Stream() Class { return Class{class: host.Stream} }

// Topics lists topics for a Spec.
func Topics(topics ...interface{ declared() host.Topic }) TopicList {
	var list TopicList
	for _, t := range topics {
		list = append(list, t.declared())
	}
	return list
}

// TopicList is what [Topics] returns. A Config whose plugin learns its topics from
// it has a method Topics() plugins.TopicList with those that come on top of the Spec's; New then makes handles of them by
// NewTopic with the same names and types.
type TopicList = []host.Topic

func (t *Topic[T]) declared() host.Topic { return t.declaration }

// Set publishes a value, which must not be changed afterwards, unless Read allows it. A
// topic that the Spec does not list panics.
func (t *Topic[T]) Set(env Env, value T) {
	env.host.Publish(t.declaration.Name, value, t.declaration.Type)
}

// Read reports whether a reader has got the latest value. One that nobody has may be
// changed after the next Set.
func (t *Topic[T]) Read(env Env) bool {
	return env.host.Slot(t.declaration.Name).Read()
}

// From names a topic of type T that another instance publishes: "trains", or
// "trains.departures" where the instance publishes several of that type. A From[any]
// names a topic of any type. As a
// field of a Config it is checked before anything starts.
type From[T any] struct{ Instance, Topic string }

// UnmarshalText reads "instance" or "instance.topic".
func (f *From[T]) UnmarshalText(text []byte) error {
	instance, topic, dotted := strings.Cut(string(text), ".")
	if !schema.InstanceName.MatchString(instance) || dotted && topic == "" {
		return fmt.Errorf("not a source; write an instance, such as trains, or instance.topic")
	}
	*f = From[T]{instance, topic}
	return nil
}

// Payload returns T, for the check of the reference.
func (From[T]) Payload() reflect.Type { return reflect.TypeFor[T]() }

// Subscription is the reading end of a topic.
type Subscription[T any] struct {
	slot *host.Slot
	seen uint64
}

// Subscribe returns the reading end of a topic.
func Subscribe[T any](e Env, from From[T]) *Subscription[T] {
	slot := e.host.Bus.Slot(from.Instance, from.Topic)
	return &Subscription[T]{slot, slot.Version()}
}

// Get returns the latest value; false where none was published yet, where it is
// older than its topic allows, and for events.
func (s *Subscription[T]) Get() (T, bool) { return typed[T](s.slot.Get()) }

// Last is Get for a reader with a rule of its own about age: it returns a value
// however old it is.
func (s *Subscription[T]) Last() (T, bool) { return typed[T](s.slot.Last()) }

// Expires returns the instant from which the latest value is older than its topic
// allows, or [Never]. Version does not change then.
func (s *Subscription[T]) Expires() Instant { return s.slot.Expires() }

// Old returns the instant from which the latest value is older than half of what its topic
// allows, and a reader marks it, or [Never].
func (s *Subscription[T]) Old() Instant { return s.slot.Old() }

func typed[T any](value any, ok bool) (T, bool) {
	if !ok {
		return *new(T), false
	}
	result, ok := value.(T)
	return result, ok
}

// Next waits for a value that was published after the last one that Next returned
// or, at first, after the subscription was made. Of a State it is the latest;
// events come one after the other, and the oldest are lost where a reader falls
// behind by more than 16.
func (s *Subscription[T]) Next(t *Task) (T, error) {
	for {
		value, version, ok := s.slot.After(s.seen)
		if s.seen = version; ok {
			result, _ := value.(T)
			return result, nil
		}
		if err := s.slot.Wait(t); err != nil {
			return *new(T), err
		}
	}
}

// Version returns how many values were published, from which a reader that looks
// at every tick sees whether there is another one.
func (s *Subscription[T]) Version() uint64 { return s.slot.Version() }
