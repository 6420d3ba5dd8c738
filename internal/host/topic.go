package host

import (
	"iter"
	"reflect"
	"slices"
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
	values   []published // the latest one, or the latest events
	version  uint64
	read     bool // the latest value was
	changed  scheduler.Event
}

type published struct {
	value any
	at    scheduler.Instant
}

// since returns from when its content is.
func (p published) since() scheduler.Instant {
	if aged, ok := p.value.(topics.Aged); ok && aged.Since() != 0 {
		return aged.Since()
	}
	return p.at
}

// Slot returns a topic of an instance, which need not be declared yet.
func (b *Bus) Slot(instance, topic string) *Slot {
	key := name{instance, topic}
	slot := b.slots[key]
	if slot == nil {
		slot = &Slot{Instance: instance, bus: b, topic: Topic{Name: topic}}
		b.slots[key] = slot
	}
	return slot
}

// Topics returns every declared topic, in the order of declaration.
func (b *Bus) Topics() iter.Seq[*Slot] { return slices.Values(b.declared) }

func (b *Bus) publish(s *Slot, value any) {
	if s.topic.Class != Event {
		s.values = s.values[:0]
	}
	s.values = append(s.values, published{value, b.now()})
	s.values = s.values[max(0, len(s.values)-keptEvents):]
	s.version++
	s.read = false
	s.changed.Set()
	s.changed.Clear()
	if s.topic.Class != Stream {
		b.changed.Set()
		b.changed.Clear()
	}
}

// HealthTopic is the topic that every instance has.
var HealthTopic = Topic{Name: "health", Doc: "how the instance is, and why", Type: reflect.TypeFor[topics.Health](), Class: State}

// PublishHealth publishes how an instance is.
func (b *Bus) PublishHealth(instance string, h *Health) {
	if slot := b.Slot(instance, HealthTopic.Name); slot.declared {
		b.publish(slot, topics.Health{Condition: string(h.Condition), Why: h.Why})
	}
}

// Wait waits until a value of a State or an Event is published, or a topic is removed.
func (b *Bus) Wait(t *scheduler.Task) error { return b.changed.Wait(t) }

// Topic returns the declaration.
func (s *Slot) Topic() Topic { return s.topic }

// Last returns the latest value, however old; false for an event and before the
// first value.
func (s *Slot) Last() (value any, ok bool) {
	if len(s.values) == 0 || s.topic.Class == Event {
		return nil, false
	}
	s.read = true
	return s.values[len(s.values)-1].value, true
}

// Read reports whether the latest value was handed to a reader, who may keep it.
func (s *Slot) Read() bool { return s.read }

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
func (s *Slot) Expires() scheduler.Instant { return s.older(1) }

// Old returns the instant from which the latest value is older than half of that.
func (s *Slot) Old() scheduler.Instant { return s.older(2) }

// older returns the instant from which the latest value is older than a part of its
// maximum age, or Never.
func (s *Slot) older(part time.Duration) scheduler.Instant {
	if len(s.values) == 0 {
		return scheduler.Never
	}
	latest := s.values[len(s.values)-1]
	maxAge := s.maxAge(latest.value)
	if maxAge == 0 {
		return scheduler.Never
	}
	return latest.since().Add(maxAge/part) + 1
}

// maxAge returns the age from which a value says nothing any more; 0: it always holds.
func (s *Slot) maxAge(value any) time.Duration {
	if expiring, ok := value.(topics.Expiring); ok {
		return expiring.Lifetime()
	}
	return s.topic.MaxAge
}

// Version returns how many values were published.
func (s *Slot) Version() uint64 { return s.version }

// Wait waits until a value is published.
func (s *Slot) Wait(t *scheduler.Task) error { return s.changed.Wait(t) }

// After returns the first value that was published after a version, and the
// version that it is; false where there is none. Of a State it is the latest, and
// of events that came faster than they were read the oldest that was kept.
func (s *Slot) After(version uint64) (value any, is uint64, ok bool) {
	if s.version <= version || len(s.values) == 0 {
		return nil, version, false
	}
	s.read = true
	is = max(version+1, s.oldest())
	return s.values[is-s.oldest()].value, is, true
}

// oldest returns the version of the oldest value that is kept.
func (s *Slot) oldest() uint64 { return s.version - uint64(len(s.values)) + 1 }

// Envelope tells a value of the topic, which is of a version, at a moment. Without a
// value the age is -1.
func (s *Slot) Envelope(value any, version uint64, m topics.Moment) topics.Envelope {
	e := topics.Envelope{
		Instance: s.Instance, Topic: s.topic.Name, Type: topics.TypeOf(s.topic.Type), Class: string(s.topic.Class),
		Age: -1, MaxAge: s.maxAge(value).Seconds(),
	}
	if err := Catch(func() error { e.Value = topics.JSON(value, m); return nil }); err != nil {
		e.Value = Unencodable{err}
	}
	if version >= s.oldest() && version <= s.version {
		e.Age = m.Mono.Sub(s.values[version-s.oldest()].since()).Seconds()
	}
	return e
}
