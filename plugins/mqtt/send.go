package mqtt

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/eclipse/paho.golang/packets"
	"github.com/eclipse/paho.golang/paho"

	"ptvd/plugins"
)

// packetOverhead is what a packet of send has beside its topic and its payload, in bytes, at
// most (MQTT 5.0, 3.3).
const packetOverhead = 15

// send publishes a message with QoS 1, and waits until the broker has it. One that the broker
// refuses, or that is longer than what it takes, costs itself and not the connection.
func (c *connection) send(t *plugins.Task, m message) error {
	var refused, err error
	if size := len(m.topic) + len(m.payload) + packetOverhead; c.limit > 0 && size > int(c.limit) {
		refused = fmt.Errorf("it is longer than the %d bytes that the broker takes", c.limit)
	} else {
		refused, err = c.publish(t, m)
	}
	if err != nil {
		return err
	}
	c.onAnswer(m.topic, refused)
	return nil
}

// publish publishes a message. It returns why the broker refuses it, or an error of the
// connection.
func (c *connection) publish(t *plugins.Task, m message) (refused, err error) {
	return plugins.Await(t, func(ctx context.Context) (refused, err error) {
		p := &paho.Publish{Topic: m.topic, Payload: m.payload, QoS: 1, Retain: m.retain, Properties: &paho.PublishProperties{}}
		if m.expiry > 0 {
			seconds := uint32((m.expiry + time.Second - 1) / time.Second)
			p.Properties.MessageExpiry = &seconds
		}
		response, err := c.client.Publish(ctx, p)
		if response == nil || response.ReasonCode < 0x80 {
			return nil, err
		}
		reason := (&packets.Puback{ReasonCode: response.ReasonCode}).Reason()
		return fmt.Errorf("reason code %#x: %s", response.ReasonCode, reason), nil
	})
}

// maxRefused limits the refused topics that are kept, since every command, of whatever name,
// has a result with a topic of its own.
const maxRefused = 100

// answered keeps why the broker refuses a topic, nil if it does not, and reports a change.
func (m *mqtt) answered(topic string, refused error) {
	if refused != nil {
		m.env.Meter.Count("refused_total", 1)
	}
	_, wasRefused := m.refused[topic]
	switch {
	case wasRefused == (refused != nil):
		return
	case wasRefused:
		delete(m.refused, topic)
	case topic == m.cfg.topic(m.env.Instance, "health"): // a change of the health would be refused, too, and change it again
		m.env.Log.Warn("health refused by the broker", "topic", topic, "err", refused)
		return
	case len(m.refused) == maxRefused:
		return
	default:
		m.refused[topic] = refused
	}
	m.reportRefused()
}

// reportRefused reports the first of the topics that the broker refuses, or that there is none.
func (m *mqtt) reportRefused() {
	if len(m.refused) == 0 {
		m.env.Health.OK()
		return
	}
	first, more := slices.Min(slices.Collect(maps.Keys(m.refused))), ""
	if n := len(m.refused) - 1; n > 0 {
		more = fmt.Sprintf(" (and %d more)", n)
	}
	m.env.Health.Degraded("%s refuses messages of %s%s: %v", m.cfg.Broker, first, more, m.refused[first])
}

// How a subscription treats messages that were retained (MQTT 5.0, 3.8.3.1).
const (
	withRetained    = 0
	withoutRetained = 2
)

// subscribe asks for messages of the topics that others publish, except those that the broker
// refuses.
func (c *connection) subscribe(t *plugins.Task, retained byte, topics ...string) error {
	s := &paho.Subscribe{}
	for _, topic := range topics {
		s.Subscriptions = append(s.Subscriptions, paho.SubscribeOptions{Topic: topic, QoS: 1, RetainHandling: retained, NoLocal: true})
	}
	reasons, err := plugins.Await(t, func(ctx context.Context) ([]byte, error) {
		suback, err := c.client.Subscribe(ctx, s)
		if suback == nil {
			return nil, err
		}
		return suback.Reasons, nil
	})
	for i, reason := range reasons {
		if reason >= 0x80 && i < len(topics) {
			c.onAnswer(topics[i]+" (subscription)", fmt.Errorf("reason code %#x: %s", reason, (&packets.Suback{Reasons: reasons}).Reason(i)))
		}
	}
	return err
}
