package mqtt

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/eclipse/paho.golang/packets"
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
// with QoS 0, so that the broker sends them in one go, and then asks for an answer
// to a ping, which comes after them.
func (c Config) Read(ctx context.Context, filter string) ([]Message, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	conn, err := c.dial(ctx, new(net.Dialer).DialContext, time.Now)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	all, err := c.read(&limited{Conn: conn}, filter)
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return all, err
}

func (c Config) read(conn net.Conn, filter string) (all []Message, err error) {
	connect := packets.NewControlPacket(packets.CONNECT)
	hello := connect.Content.(*packets.Connect)
	hello.CleanStart, hello.ClientID = true, c.ClientID
	hello.Username, hello.UsernameFlag = c.Username, c.Username != ""
	if hello.Password, err = c.password(); err != nil {
		return nil, err
	}
	hello.PasswordFlag = hello.Password != nil
	maxPacket := uint32(maxPacket)
	hello.Properties.MaximumPacketSize = &maxPacket
	subscribe := packets.NewControlPacket(packets.SUBSCRIBE)
	subscribe.Content.(*packets.Subscribe).PacketID = 1
	subscribe.Content.(*packets.Subscribe).Subscriptions = []packets.SubOptions{{Topic: filter}}
	if _, err := connect.WriteTo(conn); err != nil {
		return nil, err
	}
	for {
		packet, err := packets.ReadPacket(conn)
		if err != nil {
			return nil, err
		}
		switch p := packet.Content.(type) {
		case *packets.Connack:
			if p.ReasonCode >= 0x80 {
				return nil, errors.New(p.Reason())
			}
			_, err = subscribe.WriteTo(conn)
		case *packets.Suback:
			if len(p.Reasons) != 1 || p.Reasons[0] >= 0x80 {
				return nil, fmt.Errorf("the broker refuses a subscription to %s", filter)
			}
			_, err = packets.NewControlPacket(packets.PINGREQ).WriteTo(conn)
		case *packets.Publish:
			if len(all) == maxMessages {
				return nil, fmt.Errorf("the broker has more than %d messages under %s", maxMessages, filter)
			}
			if p.Retain {
				all = append(all, Message{p.Topic, p.Payload, expiry(p.Properties.MessageExpiry)})
			}
		case *packets.Disconnect:
			return nil, errors.New(p.Reason())
		case *packets.Pingresp:
			return all, nil
		}
		if err != nil {
			return nil, err
		}
	}
}
