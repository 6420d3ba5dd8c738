package mqtt

import (
	"encoding/json"
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

// publish says that the board is online, and publishes every value from then on.
func (m *mqtt) publish(t *plugins.Task) error {
	if err := m.tidy(t); err != nil {
		return err
	}
	if err := m.conn.send(t, message{topic: m.statusTopic(), payload: []byte("online"), retain: true}); err != nil {
		return err
	}
	about, _ := json.Marshal(About{Program: m.env.Net.Agent}) // cannot fail
	if err := m.conn.send(t, message{topic: m.aboutTopic(), payload: about, retain: true}); err != nil {
		return err
	}
	if m.cfg.HomeAssistant {
		if err := m.announcer.announce(t); err != nil {
			return err
		}
	}
	return t.Group(func(g *plugins.Group) error {
		for _, stream := range m.streams() {
			g.Go("stream", func(t *plugins.Task) error {
				return m.publishAll(t, plugins.WatchTopic(m.env, stream), streamPeriod)
			})
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
		if !m.isPublished(envelope.Instance, envelope.Topic) {
			continue
		}
		if _, isKnown := slices.BinarySearch(m.left.Topics, m.valueTopic(envelope.Instance, envelope.Topic)); envelope.Removed || !isKnown && envelope.Class != "event" {
			if err := m.tidy(t); err != nil {
				return err
			}
		}
		if !envelope.Removed {
			if err := m.send(t, envelope); err != nil {
				return err
			}
		}
		if m.cfg.HomeAssistant {
			if err := m.announcer.follow(t, envelope); err != nil {
				return err
			}
		}
		if err := t.Sleep(pause); err != nil {
			return err
		}
	}
}

// streams returns the streams among the topics that the configuration names.
func (m *mqtt) streams() (all []plugins.From[any]) {
	for _, instance := range plugins.Instances(m.env) {
		for _, topic := range instance.Topics {
			from := plugins.From[any]{Instance: instance.Instance, Topic: topic.Name}
			if topic.Class == "stream" && slices.Contains(m.cfg.Publish, from) {
				all = append(all, from)
			}
		}
	}
	return all
}

// isPublished tells whether a topic is among those of the configuration. The health
// always is, and what came from the broker never.
func (m *mqtt) isPublished(instance, topic string) bool {
	if _, isReceived := m.cfg.Subscribe[topic]; isReceived && instance == m.env.Instance {
		return false
	}
	return m.cfg.Publish == nil || topic == "health" ||
		slices.Contains(m.cfg.Publish, plugins.From[any]{Instance: instance, Topic: topic})
}

func (m *mqtt) valueTopic(instance, topic string) string {
	return m.cfg.Prefix + "/" + instance + "/" + topic
}

func (m *mqtt) statusTopic() string { return m.cfg.Prefix + "/status" }

// About is what the board says of itself in the topic about.
type About struct {
	Program string `json:"program"` // with its version: ptvd/1.0.0
}

func (m *mqtt) aboutTopic() string { return m.cfg.Prefix + "/about" }

// send publishes a value.
func (m *mqtt) send(t *plugins.Task, e plugins.Envelope) error {
	msg := message{topic: m.valueTopic(e.Instance, e.Topic), retain: e.Class != "event"}
	if e.Class == "event" {
		msg.expiry = eventExpiry
	}
	if e.MaxAge > 0 {
		msg.expiry = time.Duration((e.MaxAge - e.Age) * float64(time.Second))
	}
	var err error
	if msg.payload, err = json.Marshal(e); err != nil {
		m.env.Log.Warn("a value cannot be published", "topic", e.Instance+"."+e.Topic, "err", err)
		return nil
	}
	return m.conn.send(t, msg)
}
