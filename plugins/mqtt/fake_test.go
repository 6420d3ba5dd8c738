package mqtt_test

import (
	"context"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/eclipse/paho.golang/packets"

	"ptvd/plugins"
	"ptvd/plugins/plugintest"
)

// fakeBroker is what a broker says, in virtual time: for faults that a real one
// cannot be made to have.
type fakeBroker struct {
	silent   atomic.Bool // it reads, and says nothing any more
	connects atomic.Int32

	writing sync.Mutex // a packet is several writes
	conn    net.Conn

	mutex    sync.Mutex
	received []*packets.Publish
}

// inVirtualTime runs a test whose harness reaches the fake broker.
func inVirtualTime(t *testing.T, body func(task *plugins.Task, h *plugintest.Harness, b *fakeBroker) error) {
	synctest.Test(t, func(t *testing.T) {
		h, b := plugintest.NewInRealTime(t), &fakeBroker{}
		h.Net.Dial = func(context.Context, string, string) (net.Conn, error) {
			here, there := net.Pipe()
			b.writing.Lock()
			b.conn = there
			b.writing.Unlock()
			b.connects.Add(1)
			go b.serve(there)
			return here, nil
		}
		h.Run(func(task *plugins.Task) error { return body(task, h, b) })
		synctest.Wait()
	})
}

// serve answers what a client says.
func (b *fakeBroker) serve(conn net.Conn) {
	defer conn.Close()
	for {
		p, err := packets.ReadPacket(conn)
		if err != nil {
			return
		}
		if published, ok := p.Content.(*packets.Publish); ok {
			b.mutex.Lock()
			b.received = append(b.received, published)
			b.mutex.Unlock()
		}
		if b.silent.Load() {
			continue
		}
		switch content := p.Content.(type) {
		case *packets.Connect:
			answer := packets.NewControlPacket(packets.CONNACK)
			answer.Content.(*packets.Connack).Properties = &packets.Properties{}
			b.write(answer)
		case *packets.Subscribe:
			answer := packets.NewControlPacket(packets.SUBACK)
			answer.Content.(*packets.Suback).PacketID = content.PacketID
			answer.Content.(*packets.Suback).Reasons = make([]byte, len(content.Subscriptions))
			b.write(answer)
		case *packets.Publish:
			answer := packets.NewControlPacket(packets.PUBACK)
			answer.Content.(*packets.Puback).PacketID = content.PacketID
			b.write(answer)
		case *packets.Pingreq:
			b.write(packets.NewControlPacket(packets.PINGRESP))
		case *packets.Disconnect:
			return
		}
	}
}

func (b *fakeBroker) write(p *packets.ControlPacket) {
	b.writing.Lock()
	defer b.writing.Unlock()
	_, _ = p.WriteTo(b.conn)
}

// published returns what the board has published.
func (b *fakeBroker) published() []*packets.Publish {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return slices.Clone(b.received)
}

// send sends the board a message.
func (b *fakeBroker) send(topic string, payload []byte) {
	p := packets.NewControlPacket(packets.PUBLISH)
	content := p.Content.(*packets.Publish)
	content.Topic, content.Payload = topic, payload
	b.write(p)
}

// count returns how many messages of a topic were published.
func (b *fakeBroker) count(topic string) (n int) {
	for _, p := range b.published() {
		if p.Topic == topic {
			n++
		}
	}
	return n
}
