package mqtt_test

import (
	"context"
	"net"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/eclipse/paho.golang/paho"

	"ptvd/internal/host"
	"ptvd/internal/mosquitto"
	"ptvd/plugins"
	"ptvd/plugins/plugintest"
)

// broker is a broker that the board and observers use.
type broker struct {
	*mosquitto.Broker
	t *testing.T
}

func startBroker(t *testing.T, configuration ...string) *broker {
	t.Helper()
	return &broker{mosquitto.Start(t, configuration...), t}
}

// observer is a client of the broker that reads everything, or the topics of a filter.
type observer struct {
	*paho.Client
	task     *plugins.Task
	received chan *paho.Publish
}

// observe connects a client, from a task of the test.
func (b *broker) observe(task *plugins.Task, filter ...string) *observer {
	b.t.Helper()
	conn, err := net.Dial("tcp", b.Address)
	if err != nil {
		b.t.Fatal(err)
	}
	o := &observer{task: task, received: make(chan *paho.Publish, 10_000)}
	o.Client = paho.NewClient(paho.ClientConfig{
		Conn: conn,
		OnPublishReceived: []func(paho.PublishReceived) (bool, error){func(p paho.PublishReceived) (bool, error) {
			o.received <- p.Packet
			return true, nil
		}},
	})
	ctx := context.Background()
	if _, err := o.Connect(ctx, &paho.Connect{ClientID: "observer", CleanStart: true, KeepAlive: 60}); err != nil {
		b.t.Fatal(err)
	}
	all := []paho.SubscribeOptions{{Topic: append(filter, "#")[0], QoS: 1, RetainAsPublished: true}}
	if _, err := o.Subscribe(ctx, &paho.Subscribe{Subscriptions: all}); err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = o.Disconnect(&paho.Disconnect{}) })
	return o
}

// next returns the next message of a topic, and drops those of others. The board
// goes on meanwhile.
func (o *observer) next(topic string) *paho.Publish {
	for {
		if p := o.any(); p.Topic == topic {
			return p
		}
	}
}

// any returns the next message.
func (o *observer) any() *paho.Publish {
	p, err := plugins.Await(o.task, func(ctx context.Context) (*paho.Publish, error) {
		select {
		case p := <-o.received:
			return p, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	})
	if err != nil {
		panic(err)
	}
	return p
}

// until waits until the health of an instance has a condition.
func until(task *plugins.Task, i *plugintest.Instance, condition host.Condition) {
	for i.Health.Condition != condition {
		task.Sleep(10 * time.Millisecond)
	}
}

// command publishes a message to the board.
func (o *observer) command(topic, payload string) {
	_, err := plugins.Await(o.task, func(ctx context.Context) (*paho.PublishResponse, error) {
		return o.Publish(ctx, &paho.Publish{Topic: topic, Payload: []byte(payload), QoS: 1})
	})
	if err != nil {
		panic(err)
	}
}

// newBoard returns a harness that reaches the network.
func newBoard(t *testing.T) *plugintest.Harness {
	h := plugintest.NewInRealTime(t)
	h.Net.Dial = (&net.Dialer{}).DialContext
	return h
}

func publishing(o *observer, p *paho.Publish) func(context.Context) (*paho.PublishResponse, error) {
	return func(ctx context.Context) (*paho.PublishResponse, error) { return o.Publish(ctx, p) }
}

// passwordFile writes mosquitto's file of passwords: the user hall has the password
// secret.
func passwordFile(t *testing.T, file string) string {
	t.Helper()
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mosquitto_passwd", "-b", file, "hall", "secret").CombinedOutput(); err != nil {
		t.Skipf("mosquitto_passwd: %v: %s", err, out)
	}
	return file
}
