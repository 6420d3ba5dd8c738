package mqtt

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/eclipse/paho.golang/paho"
	"golang.org/x/time/rate"
)

// Message is a retained message of a broker.
type Message struct {
	Topic   string
	Payload []byte
	Left    time.Duration // until it expires; 0: it does not
}

// maxMessages limits how many messages Read takes.
const maxMessages = 100_000

// Read returns the messages that a broker retains under a topic filter. It subscribes
// with QoS 0, so that the broker sends them in one go, and ends the subscription, whose
// answer comes after them.
func (c Config) Read(ctx context.Context, filter string) (all []Message, err error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	tooMany := false
	conn, err := c.dial(ctx, new(net.Dialer).DialContext, time.Now)
	if err != nil {
		return nil, err
	}
	unlimited := &limited{buffered: newBuffered(conn), packets: rate.NewLimiter(rate.Inf, 0)}
	client, _, err := c.open(ctx, unlimited, nil, func(error) {}, func(m message) {
		if tooMany = len(all) == maxMessages; m.retain && !tooMany {
			all = append(all, Message{m.topic, m.payload, m.expiry})
		}
	})
	if err != nil {
		return nil, err
	}
	if _, err = client.Subscribe(ctx, &paho.Subscribe{Subscriptions: []paho.SubscribeOptions{{Topic: filter}}}); err == nil {
		_, err = client.Unsubscribe(ctx, &paho.Unsubscribe{Topics: []string{filter}})
	}
	_ = client.Disconnect(&paho.Disconnect{}) // returns when the last message was received
	switch {
	case err != nil:
		return nil, err
	case tooMany:
		return nil, fmt.Errorf("the broker has more than %d messages under %s", maxMessages, filter)
	}
	return all, nil
}
