package mqtt

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"time"

	"golang.org/x/time/rate"

	"ptvd/plugins"
)

// What a broker that sends more than a board needs may cost.
const (
	// readsPerSecond limits the reads of the connection, after the first readBurst, each
	// of readSize bytes at most. A broker writes each message by itself, and a read for
	// each would use more of the processor than what is done with it.
	readsPerSecond, readBurst, readSize = 200, 200, 16 << 10
	// packetsPerSecond limits the packets that the client library parses, after the first
	// packetBurst, such as the retained messages of a new subscription.
	packetsPerSecond, packetBurst = 500, 1000
	// maxPacket limits what the broker may send, in bytes: a command is short.
	maxPacket = 64 << 10
)

// paced reads a connection at a limited rate. It ends a connection on which nothing came
// for longer than the answer to a ping may take: the machine was suspended. What comes then
// has waited in a buffer, and is older than its expiry tells. On a new connection the
// broker sends it again, with the expiry that is left.
type paced struct {
	net.Conn
	reads *rate.Limiter
	now   func() plugins.Instant // includes the time for which the machine was suspended
	last  plugins.Instant
}

// Read reads.
func (c *paced) Read(p []byte) (int, error) {
	if err := c.reads.Wait(context.Background()); err != nil {
		return 0, err
	}
	n, err := c.Conn.Read(p)
	before := c.last
	if c.last = c.now(); err == nil && c.last.Sub(before) > quietTimeout {
		return 0, fmt.Errorf("nothing came from the broker for %v; the machine was suspended", c.last.Sub(before).Round(time.Second))
	}
	return n, err
}

// buffered reads a connection in pieces of readSize.
type buffered struct {
	net.Conn
	in *bufio.Reader
}

func newBuffered(conn net.Conn) buffered {
	return buffered{conn, bufio.NewReaderSize(conn, readSize)}
}

// Read reads.
func (b buffered) Read(p []byte) (int, error) { return b.in.Read(p) }

// limited is what the client library reads. It refuses packets longer than maxPacket before
// the library makes room for them: by its length alone a packet may claim 256 MB (MQTT 5.0,
// 2.1.4). Beyond the rate, messages with QoS 0 are dropped. Other packets wait, since they are
// answers or must be answered.
type limited struct {
	buffered
	packets *rate.Limiter
	dropped func() // is called for each message that is dropped
	left    int    // bytes of the present packet
}

// Read reads from the present packet, or from the next one that is not dropped.
func (l *limited) Read(p []byte) (int, error) {
	for l.left == 0 {
		if err := l.next(); err != nil {
			return 0, err
		}
	}
	n, err := l.in.Read(p[:min(len(p), l.left)])
	l.left -= n
	return n, err
}

// next begins with the next packet, or drops it.
func (l *limited) next() error {
	const message, retained = 0x30, 0x01 // the first byte of a message with QoS 0, and its flag (MQTT 5.0, 3.3.1)
	first, size, err := l.header()
	switch {
	case err != nil:
		return err
	case l.packets.Allow():
	case first&^retained == message:
		l.dropped()
		_, err := l.in.Discard(size)
		return err
	default:
		if err := l.packets.Wait(context.Background()); err != nil {
			return err
		}
	}
	l.left = size
	return nil
}

// header returns the first byte of the next packet, and the size of the packet in bytes.
func (l *limited) header() (first byte, size int, err error) {
	for n := 2; ; n++ {
		header, err := l.in.Peek(n)
		if err != nil {
			return 0, 0, err
		}
		length, ended := binary.Uvarint(header[1:]) // of four bytes at most
		switch {
		case length > maxPacket || ended == 0 && n == 5:
			return 0, 0, fmt.Errorf("the broker sends a packet of more than %d bytes", maxPacket)
		case ended > 0:
			return header[0], n + int(length), nil
		}
	}
}
