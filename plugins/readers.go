package plugins

import (
	"encoding/json"
	"slices"

	"ptvd/internal/host"
	"ptvd/plugins/topics"
)

// Envelope is a value of any topic, for a reader that knows no plugin: the
// instance, the topic, the type of the payload, its class, its age in seconds, and
// the value as [encoding/json] can marshal it. It is itself marshaled as
//
//	{"instance": "trains", "topic": "departures", "type": "departures", "class": "state", "age_s": 4, "max_age_s": 300, "value": {…}}
type Envelope = topics.Envelope

// Watch reads the values of topics of any type; see [WatchAll] and [WatchTopic].
type Watch struct {
	env   Env
	slots func() []*host.Slot // that there are
	wait  func(*Task) error   // until one of them has another value
	seen  map[*host.Slot]uint64
	last  *host.Slot // of the value that Next returned last; nil: none yet
}

// WatchAll returns a reader of every state, beginning with those that hold now,
// and of every event from now on. Streams are not among them.
func WatchAll(env Env) *Watch {
	bus := env.host.Bus
	w := &Watch{env: env, seen: map[*host.Slot]uint64{}, wait: bus.Wait, slots: func() []*host.Slot {
		return slices.DeleteFunc(slices.Collect(bus.Topics()), func(s *host.Slot) bool { return s.Topic().Class == host.Stream })
	}}
	for _, slot := range w.slots() {
		if _, holds := slot.Get(); !holds {
			w.seen[slot] = slot.Version()
		}
	}
	return w
}

// WatchTopic returns a reader of one topic, of a stream too, beginning with the value
// that holds now.
func WatchTopic(env Env, from From[any]) *Watch {
	slot := env.host.Bus.Slot(from.Instance, from.Topic)
	return &Watch{env: env, seen: map[*host.Slot]uint64{}, wait: slot.Wait, slots: func() []*host.Slot { return []*host.Slot{slot} }}
}

// Next waits for a value that Next has not returned yet. Of a state that changes
// faster than it is read it is the latest. The topics take turns, so that one which
// always has something new does not keep the others from a slow reader. A topic of
// which something was returned and that a reload has removed is told once, with
// Removed.
func (w *Watch) Next(t *Task) (Envelope, error) {
	for {
		slots := w.slots()
		for slot, version := range w.seen {
			if !slices.Contains(slots, slot) {
				delete(w.seen, slot)
				if version > 0 {
					return Envelope{Instance: slot.Instance, Topic: slot.Topic().Name, Class: string(slot.Topic().Class), Removed: true}, nil
				}
			}
		}
		after := slices.Index(slots, w.last) + 1
		for _, slot := range slices.Concat(slots[after:], slots[:after]) {
			value, version, ok := slot.After(w.seen[slot])
			if w.seen[slot] = version; ok {
				w.last = slot
				return slot.Envelope(value, version, w.env.Moment()), nil
			}
		}
		if err := w.wait(t); err != nil {
			return Envelope{}, err
		}
	}
}

// Marshal returns the JSON of what contains values of other plugins. A panic of a method of
// theirs is an error.
func Marshal(value any) (data []byte, err error) {
	err = host.Catch(func() error {
		data, err = json.Marshal(value)
		return err
	})
	return data, err
}

// Described is an instance, for a reader that knows no plugin.
type Described struct {
	Instance, Plugin string
	Topics           []TopicInfo
	Actions          []ActionInfo
}

// TopicInfo is a topic of an instance. Type is that of its payload, as in an
// [Envelope], and Class is state, event or stream.
type TopicInfo struct{ Name, Doc, Type, Class string }

// ActionInfo is an action of an instance. Arg says what its argument is; it is
// empty for one that takes none.
type ActionInfo struct{ Name, Doc, Arg string }

// Instances returns every instance that there is now, in the order of the
// configuration.
func Instances(env Env) []Described {
	var all []Described
	bus := env.host.Bus
	for slot := range bus.Topics() {
		if n := len(all); n == 0 || all[n-1].Instance != slot.Instance {
			d := Described{Instance: slot.Instance, Plugin: slot.Plugin}
			for _, a := range bus.Actions(slot.Instance) {
				d.Actions = append(d.Actions, ActionInfo{a.Name, a.Doc, a.Arg})
			}
			all = append(all, d)
		}
		last, t := &all[len(all)-1], slot.Topic()
		last.Topics = append(last.Topics, TopicInfo{t.Name, t.Doc, topics.TypeOf(t.Type), string(t.Class)})
	}
	return all
}
