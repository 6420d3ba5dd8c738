package mqtt

import (
	"encoding/json"
	"iter"
	"slices"
	"time"

	"ptvd/plugins"
)

const (
	// eventExpiry is how long the broker keeps an event for a subscriber that has
	// lost its connection.
	eventExpiry = 10 * time.Second
	// streamPeriod is the shortest time between two values of a stream.
	streamPeriod = time.Second
)

// About is the payload of the topic about.
type About struct {
	Program string `json:"program"` // with its version: ptvd/1.0.0
}

// publish says that the board is online, and publishes every value from then on.
func (m *mqtt) publish(t *plugins.Task) error {
	if err := m.tidy(t, m.left.Components); err != nil {
		return err
	}
	about, _ := json.Marshal(About{Program: m.env.Net.Agent}) // cannot fail
	for _, msg := range []message{
		{topic: m.cfg.topic("status"), payload: []byte("online"), retain: true},
		{topic: m.cfg.topic("about"), payload: about, retain: true},
	} {
		if err := m.conn.send(t, msg); err != nil {
			return err
		}
	}
	if m.cfg.HomeAssistant {
		if err := m.announce(t); err != nil {
			return err
		}
	}
	return t.Group(func(g *plugins.Group) error {
		for i, topic := range m.published() {
			if topic.Class == "stream" {
				watch := plugins.WatchTopic(m.env, plugins.From[any]{Instance: i.Instance, Topic: topic.Name})
				g.Go("stream", func(t *plugins.Task) error { return m.publishAll(t, watch, streamPeriod) })
			}
		}
		return m.publishAll(t, plugins.WatchAll(m.env), 0)
	})
}

// publishAll publishes what a reader reads, with pauses.
func (m *mqtt) publishAll(t *plugins.Task, watch *plugins.Watch, pause time.Duration) error {
	for {
		envelope, err := watch.Next(t)
		if err != nil {
			return err
		}
		if !m.isPublished(envelope.Instance, envelope.Topic, envelope.Class) {
			continue
		}
		if err := m.publishOne(t, envelope); err != nil {
			return err
		}
		if err := t.Sleep(pause); err != nil {
			return err
		}
	}
}

// publishOne publishes a value, or removes the topic that has gone.
func (m *mqtt) publishOne(t *plugins.Task, e plugins.Envelope) error {
	_, isKnown := slices.BinarySearch(m.left.Topics, m.cfg.topic(e.Instance, e.Topic))
	if e.Removed || !isKnown && e.Class != "event" {
		if err := m.tidy(t, m.left.Components); err != nil {
			return err
		}
	}
	if !e.Removed {
		if err := m.send(t, e); err != nil {
			return err
		}
	}
	if !m.cfg.HomeAssistant {
		return nil
	}
	return m.follow(t, e)
}

// send publishes a value.
func (m *mqtt) send(t *plugins.Task, e plugins.Envelope) error {
	msg := message{topic: m.cfg.topic(e.Instance, e.Topic), retain: e.Class != "event"}
	if e.Class == "event" {
		msg.expiry = eventExpiry
	}
	if e.MaxAge > 0 {
		msg.expiry = time.Duration((e.MaxAge - e.Age) * float64(time.Second))
	}
	var err error
	if msg.payload, err = plugins.Marshal(e); err != nil {
		m.env.Log.Warn("a value cannot be published", "topic", e.Instance+"."+e.Topic, "err", err)
		return nil
	}
	return m.conn.send(t, msg)
}

// published returns the topics that are published, with their instances.
func (m *mqtt) published() iter.Seq2[plugins.Described, plugins.TopicInfo] {
	return func(yield func(plugins.Described, plugins.TopicInfo) bool) {
		for _, i := range plugins.Instances(m.env) {
			for _, t := range i.Topics {
				if m.isPublished(i.Instance, t.Name, t.Class) && !yield(i, t) {
					return
				}
			}
		}
	}
}

// isPublished tells whether a topic is among those of the configuration. The health
// always is, a stream only by its name, and what came from the broker never.
func (m *mqtt) isPublished(instance, topic, class string) bool {
	if _, isReceived := m.cfg.Subscribe[topic]; isReceived && instance == m.env.Instance {
		return false
	}
	return m.cfg.Publish == nil && class != "stream" || topic == "health" ||
		slices.Contains(m.cfg.Publish, plugins.From[any]{Instance: instance, Topic: topic})
}
