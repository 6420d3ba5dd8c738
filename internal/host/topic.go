package host

import (
	"iter"
	"time"

	"ptvd/internal/scheduler"
	"ptvd/plugins/topics"
)

// keptEvents is how many events a reader may fall behind before it misses some.
const keptEvents = 16

// Slot holds the values of one topic of one instance.
type Slot struct {
	Instance string
	Plugin   string // the plugin's name; empty before the instance is declared

	bus      *Bus
	topic    Topic
	declared bool
	values   []any // the latest one, or the latest events
	version  uint64
	at       scheduler.Instant // of the latest publication
	changed  scheduler.Event
}

// Slot returns a topic of an instance, which need not be declared yet.
func (b *Bus) Slot(instance, topic string) *Slot { return b.slot(instance, topic) }

func (b *Bus) slot(instance, topic string) *Slot {
	key := name{instance, topic}
	slot := b.slots[key]
	if slot == nil {
		slot = &Slot{Instance: instance, bus: b, topic: Topic{Name: topic}}
		b.slots[key] = slot
	}
	return slot
}

// Topics returns every declared topic, in the order of declaration.
func (b *Bus) Topics() iter.Seq[*Slot] {
	return func(yield func(*Slot) bool) {
		for _, s := range b.declared {
			if !yield(s) {
				return
			}
		}
	}
}

func (b *Bus) topicsOf(instance string) (all []Topic) {
	for s := range b.Topics() {
		if s.Instance == instance {
			all = append(all, s.topic)
		}
	}
	return all
}

func (b *Bus) publish(s *Slot, value any) {
	if s.topic.Class == Event && s.version > 0 {
		s.values = append(s.values, value)
		s.values = s.values[max(0, len(s.values)-keptEvents):]
	} else {
		s.values = append(s.values[:0], value)
	}
	s.version++
	s.at = b.now()
	s.changed.Set()
	s.changed.Clear()
	if s.topic.Class != Stream {
		b.version++
		b.changed.Set()
		b.changed.Clear()
	}
}

// Version returns how many values were published that are neither of a Stream.
func (b *Bus) Version() uint64 { return b.version }

// Wait waits until a value of a State or an Event is published.
func (b *Bus) Wait(t *scheduler.Task) error { return b.changed.Wait(t) }

// Topic returns the declaration.
func (s *Slot) Topic() Topic { return s.topic }

// Last returns the latest value, however old; false for an event and before the
// first value.
func (s *Slot) Last() (value any, ok bool) {
	if s.version == 0 || s.topic.Class == Event {
		return nil, false
	}
	return s.values[len(s.values)-1], true
}

// Age returns how old the content of the latest value is.
func (s *Slot) Age() time.Duration { return s.bus.now().Sub(s.since()) }

func (s *Slot) since() scheduler.Instant {
	if value, ok := s.Last(); ok {
		if aged, ok := value.(topics.Aged); ok && aged.Since() != 0 {
			return aged.Since()
		}
	}
	return s.at
}

// Get returns the latest value, unless it is of a State that has passed its
// maximum age.
func (s *Slot) Get() (value any, ok bool) {
	if s.bus.now() >= s.Expires() {
		return nil, false
	}
	return s.Last()
}

// Expires returns the instant from which Get does not return the latest value any
// more.
func (s *Slot) Expires() scheduler.Instant {
	maxAge := s.topic.MaxAge
	if value, ok := s.Last(); ok {
		if expiring, ok := value.(topics.Expiring); ok {
			maxAge = expiring.Lifetime()
		}
	}
	if maxAge == 0 {
		return scheduler.Never
	}
	return s.since().Add(maxAge) + 1
}

// Version returns how many values were published.
func (s *Slot) Version() uint64 { return s.version }

// Wait waits until a value is published.
func (s *Slot) Wait(t *scheduler.Task) error { return s.changed.Wait(t) }

// After returns the first value that was published after a version, and the
// version that it is; false where there is none. Of a State it is the latest, and
// of events that came faster than they were read the oldest that was kept.
func (s *Slot) After(version uint64) (value any, is uint64, ok bool) {
	if s.version <= version {
		return nil, version, false
	}
	first := s.version - uint64(len(s.values)) + 1
	is = max(version+1, first)
	return s.values[is-first], is, true
}

// Envelope tells a value of the topic at a moment.
func (s *Slot) Envelope(value any, m topics.Moment) topics.Envelope {
	return topics.Envelope{
		Instance: s.Instance, Topic: s.topic.Name, Type: topics.TypeOf(s.topic.Type), Class: string(s.topic.Class),
		Age: s.Age().Seconds(), Value: topics.JSON(value, m),
	}
}
