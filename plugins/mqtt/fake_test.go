package mqtt_test

import (
	"bytes"
	"context"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eclipse/paho.golang/packets"

	"ptvd/plugins"
	"ptvd/plugins/plugintest"
)

// fakeBroker is what a broker says, in virtual time: for faults that a real one
// cannot be made to have.
type fakeBroker struct {
	silent   atomic.Bool   // it reads, and says nothing any more
	slow     atomic.Bool   // it sends one byte a second
	locked   atomic.Bool   // it refuses subscriptions
	limit    atomic.Uint32 // of the packets that it takes, in bytes; 0: none
	connects atomic.Int32

	conn atomic.Pointer[buffer]

	mutex    sync.Mutex
	received []*packets.Publish
	denied   []string // topics whose messages it refuses
}

// deny has it refuse the messages of these topics, and of no others.
func (b *fakeBroker) deny(topics ...string) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.denied = topics
}

func (b *fakeBroker) denies(topic string) bool {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return slices.Contains(b.denied, topic)
}

// inVirtualTime runs a test whose harness reaches the fake broker.
func inVirtualTime(t *testing.T, body func(task *plugins.Task, h *plugintest.Harness, b *fakeBroker) error) {
	synctest.Test(t, func(t *testing.T) {
		h, b := plugintest.NewInRealTime(t), &fakeBroker{}
		h.Net.Dial = func(context.Context, string, string) (net.Conn, error) {
			here, there := net.Pipe()
			out := &buffer{conn: there, slow: &b.slow}
			out.more.L = &out.mutex
			b.conn.Store(out)
			b.connects.Add(1)
			go out.send()
			go func() {
				b.serve(there)
				out.close()
			}()
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
			if limit := b.limit.Load(); limit > 0 {
				answer.Content.(*packets.Connack).Properties.MaximumPacketSize = &limit
			}
			b.write(answer)
		case *packets.Subscribe:
			answer := packets.NewControlPacket(packets.SUBACK)
			answer.Content.(*packets.Suback).PacketID = content.PacketID
			answer.Content.(*packets.Suback).Reasons = make([]byte, len(content.Subscriptions))
			if b.locked.Load() {
				answer.Content.(*packets.Suback).Reasons = bytes.Repeat([]byte{packets.SubackNotauthorized}, len(content.Subscriptions))
			}
			b.write(answer)
		case *packets.Publish:
			answer := packets.NewControlPacket(packets.PUBACK)
			answer.Content.(*packets.Puback).PacketID = content.PacketID
			if b.denies(content.Topic) {
				answer.Content.(*packets.Puback).ReasonCode = packets.PubackNotAuthorized
			}
			b.write(answer)
		case *packets.Pingreq:
			b.write(packets.NewControlPacket(packets.PINGRESP))
		case *packets.Disconnect:
			return
		}
	}
}

func (b *fakeBroker) write(p *packets.ControlPacket) {
	out := b.conn.Load()
	out.mutex.Lock()
	defer out.mutex.Unlock()
	_, _ = p.WriteTo(&out.bytes)
	out.more.Signal()
}

// buffer is what stands between a broker and a client that does not read: the network.
type buffer struct {
	conn   net.Conn
	slow   *atomic.Bool // one byte a second goes through
	mutex  sync.Mutex
	more   sync.Cond
	bytes  bytes.Buffer
	closed bool
}

// send sends what comes, until the buffer is closed.
func (b *buffer) send() {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	for !b.closed {
		if b.bytes.Len() == 0 {
			b.more.Wait()
			continue
		}
		n := b.bytes.Len()
		if b.slow.Load() {
			n = 1
		}
		next := bytes.Clone(b.bytes.Next(n))
		b.mutex.Unlock()
		if b.slow.Load() {
			time.Sleep(time.Second)
		}
		_, _ = b.conn.Write(next)
		b.mutex.Lock()
	}
}

func (b *buffer) close() {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.closed = true
	b.more.Signal()
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

// flood sends the board 5000 commands without a pause.
func (b *fakeBroker) flood() {
	for range 5000 {
		b.send("ptvd/hall/cmd/lamp/on", nil)
	}
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
