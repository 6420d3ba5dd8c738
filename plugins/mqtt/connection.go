package mqtt

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/eclipse/paho.golang/packets"
	"github.com/eclipse/paho.golang/paho"
	"golang.org/x/time/rate"

	"ptvd/plugins"
)

const (
	// maxInbox is how many commands may wait for the loop; those beyond are dropped. It is
	// the Receive Maximum, too, for which the library makes room.
	maxInbox = 64

	keepAlive      = 30 * time.Second
	connectTimeout = 10 * time.Second
	closeTimeout   = 500 * time.Millisecond

	// quietTimeout is how long nothing comes from a broker that answers pings, at most; if it
	// is longer, the machine was suspended. A command that has waited longer is refused.
	quietTimeout = 2 * keepAlive

	// dropPeriod is how long messages that are dropped are counted until it is reported.
	dropPeriod = 10 * time.Second
)

// packetTimeout is how long the broker may take to acknowledge a packet.
var packetTimeout = 10 * time.Second

// message is a message to or from the broker.
type message struct {
	topic   string
	payload []byte
	retain  bool
	expiry  time.Duration   // after which the broker drops it; 0: never
	came    plugins.Instant // of a command: when it did
}

// connection is a connection to the broker. The client library has goroutines of
// its own; the commands that they receive wait in the inbox until a task takes them.
type connection struct {
	client *paho.Client
	clear  []string // topics that Close clears
	limit  uint32   // of the packets that the broker takes, in bytes; 0: none

	onAnswer func(topic string, refused error) // is called when the broker has taken a message, or has refused it or a subscription

	inbox   chan message
	came    *plugins.Flag // there is something in the inbox
	dropped atomic.Int64  // messages since the last look
	flooded *plugins.Flag // dropped is not 0
	cause   atomic.Pointer[error]
	lost    *plugins.Flag // cause is set
}

// connect makes m.conn a new connection.
func (m *mqtt) connect(t *plugins.Task) error {
	c := &connection{
		inbox: make(chan message, maxInbox),
		came:  plugins.NewFlag(m.env), flooded: plugins.NewFlag(m.env), lost: plugins.NewFlag(m.env),
		onAnswer: m.answered,
	}
	will := &paho.WillMessage{Topic: m.cfg.topic("status"), Payload: []byte("offline"), QoS: 1, Retain: true}
	var local net.Addr
	_, err := plugins.Await(t, func(ctx context.Context) (io.Closer, error) {
		ctx, cancel := context.WithTimeout(ctx, connectTimeout)
		defer cancel()
		dial := func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := m.env.Net.Dial(ctx, network, address)
			return &paced{Conn: conn, reads: rate.NewLimiter(readsPerSecond, readBurst), now: m.env.Now, last: m.env.Now()}, err
		}
		conn, err := m.cfg.dial(ctx, dial, m.env.Clock.Now)
		if err != nil {
			return nil, err
		}
		local = conn.LocalAddr()
		limit := &limited{buffered: newBuffered(conn), packets: rate.NewLimiter(packetsPerSecond, packetBurst), dropped: c.drop}
		c.client, c.limit, err = m.cfg.open(ctx, limit, will, c.end, func(msg message) { m.receive(c, msg) })
		if err != nil {
			return nil, err
		}
		return c, nil
	})
	if err == nil {
		m.refused = map[string]error{}
		m.conn, m.announced = c, announced{page: pageURL(m.env.Net.Page, local.String()), values: map[string]any{}}
	}
	return err
}

// open connects to the broker over a connection of the network. A goroutine of the library
// passes each message to receive, and in the end calls ended. The limit is that of a
// connection.
func (c Config) open(ctx context.Context, conn net.Conn, will *paho.WillMessage, ended func(error), receive func(message)) (client *paho.Client, limit uint32, err error) {
	var password []byte
	if c.Password.Given() {
		value, err := c.Password.Reveal()
		if err != nil {
			conn.Close()
			return nil, 0, err
		}
		password = []byte(value)
	}
	client = paho.NewClient(paho.ClientConfig{
		Conn:          packets.NewThreadSafeConn(conn),
		PacketTimeout: packetTimeout,
		OnPublishReceived: []func(paho.PublishReceived) (bool, error){func(p paho.PublishReceived) (bool, error) {
			msg := message{topic: p.Packet.Topic, payload: p.Packet.Payload, retain: p.Packet.Retain}
			if seconds := p.Packet.Properties.MessageExpiry; seconds != nil {
				msg.expiry = time.Duration(*seconds) * time.Second
			}
			receive(msg)
			return true, nil
		}},
		OnClientError: ended,
		OnServerDisconnect: func(d *paho.Disconnect) {
			ended(errors.New((&packets.Disconnect{ReasonCode: d.ReasonCode}).Reason()))
		},
	})
	maxPacket, receiveMaximum := uint32(maxPacket), uint16(maxInbox)
	connack, err := client.Connect(ctx, &paho.Connect{
		ClientID: c.ClientID, CleanStart: true, KeepAlive: uint16(keepAlive / time.Second),
		Username: c.Username, UsernameFlag: c.Username != "",
		Password: password, PasswordFlag: password != nil,
		WillMessage: will,
		Properties:  &paho.ConnectProperties{MaximumPacketSize: &maxPacket, ReceiveMaximum: &receiveMaximum},
	})
	if connack != nil && connack.ReasonCode >= 0x80 {
		err = errors.New((&packets.Connack{ReasonCode: connack.ReasonCode}).Reason())
	}
	if err == nil && connack.Properties != nil && connack.Properties.MaximumPacketSize != nil {
		limit = *connack.Properties.MaximumPacketSize
	}
	return client, limit, err
}

// dialer is the type of [plugins.Network]'s Dial.
type dialer = func(ctx context.Context, network, address string) (net.Conn, error)

// Close disconnects, and has the broker publish the last will; unless there are topics to
// clear, of which nothing must stay on the broker. It may block.
func (c *connection) Close() error {
	const withWill = 0x04 // MQTT 5.0, table 3-10
	end := &paho.Disconnect{ReasonCode: withWill}
	// The last one has QoS 1, so that the broker has answered before the connection is closed:
	// an answer that it cannot send is a lost connection to it, and it publishes the will.
	for i, topic := range c.clear {
		p := &paho.Publish{Topic: topic, Retain: true}
		if i == len(c.clear)-1 {
			p.QoS, end.ReasonCode = 1, 0
		}
		_, _ = c.client.Publish(context.Background(), p)
	}
	_ = c.client.Disconnect(end)
	return nil
}

// dial opens a connection to the broker.
func (c Config) dial(ctx context.Context, dial dialer, now func() time.Time) (net.Conn, error) {
	broker, err := parseBroker(c.Broker)
	if err != nil {
		return nil, err
	}
	conn, err := dial(ctx, "tcp", broker.Host)
	if err != nil || broker.Scheme != "mqtts" {
		return conn, err
	}
	cfg, err := c.tls(broker.Hostname(), now)
	if err == nil {
		secure := tls.Client(newBuffered(conn), cfg)
		if err = secure.HandshakeContext(ctx); err == nil {
			return secure, nil
		}
	}
	conn.Close()
	return nil, err
}

// tls reads the certificates again for each connection, since they are replaced
// while the board runs. They are valid by the board's own time.
func (c Config) tls(host string, now func() time.Time) (*tls.Config, error) {
	cfg := &tls.Config{ServerName: host, Time: now}
	if c.CA != "" {
		pem, err := os.ReadFile(c.CA)
		if err != nil {
			return nil, err
		}
		cfg.RootCAs = x509.NewCertPool()
		if !cfg.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s contains no certificate in PEM", c.CA)
		}
	}
	if c.Cert != "" {
		pair, err := tls.LoadX509KeyPair(c.Cert, c.Key)
		if err != nil {
			return nil, err
		}
		cfg.Certificates = []tls.Certificate{pair}
	}
	return cfg, nil
}

// receive passes a message to the loop. It must not wait, since the answers to the board's
// own messages come after it on the same connection.
func (m *mqtt) receive(c *connection, msg message) {
	if !slices.ContainsFunc(m.commands, func(f string) bool { return matches(f, msg.topic) }) {
		m.keep(msg)
		return
	}
	if strings.HasSuffix(msg.topic, "/result") && !matches(m.cfg.Prefix+"/cmd/+/+", msg.topic) {
		return // an answer that a bridge has brought back
	}
	msg.came = m.env.Now()
	select {
	case c.inbox <- msg:
		c.came.Set()
	default:
		c.drop()
	}
}

// drop counts a message that is dropped, since more come than can be taken.
func (c *connection) drop() {
	if c.dropped.Add(1) == 1 {
		c.flooded.Set()
	}
}

// reportDropped reports how many messages are dropped, as long as there are any.
func (m *mqtt) reportDropped(t *plugins.Task) error {
	for {
		if err := m.conn.flooded.Wait(t); err != nil {
			return err
		}
		for {
			if err := t.Sleep(dropPeriod); err != nil {
				return err
			}
			dropped := m.conn.dropped.Swap(0)
			if dropped == 0 {
				break
			}
			m.env.Meter.Count("messages_dropped_total", float64(dropped))
			m.env.Health.Degraded("%s sends too many messages: %d dropped in %v; subscribe to fewer topics, or find out who publishes them", m.cfg.Broker, dropped, dropPeriod)
		}
		m.reportRefused()
	}
}

// next waits for a message.
func (c *connection) next(t *plugins.Task) (message, error) {
	for {
		select {
		case m := <-c.inbox:
			return m, nil
		default:
			if err := c.came.Wait(t); err != nil {
				return message{}, err
			}
		}
	}
}

// end keeps the first reason why the connection ended.
func (c *connection) end(err error) {
	c.cause.CompareAndSwap(nil, &err)
	c.lost.Set()
}

// ended waits until the connection has ended, and returns why.
func (c *connection) ended(t *plugins.Task) error {
	for c.cause.Load() == nil {
		if err := c.lost.Wait(t); err != nil {
			return err
		}
	}
	return *c.cause.Load()
}

// disconnect closes the connection, if there is one.
func (m *mqtt) disconnect(t *plugins.Task) error {
	if m.conn == nil {
		return nil
	}
	closing := m.conn.Close
	m.conn = nil
	err := t.Timeout(closeTimeout, func() error { return plugins.Do(t, closing) })
	if errors.Is(err, plugins.ErrTimeout) {
		return nil // the write hangs; it ends with the connection's keep-alive
	}
	return err
}
