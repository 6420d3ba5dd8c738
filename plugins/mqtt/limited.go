package mqtt

import (
	"fmt"
	"net"
	"time"

	"ptvd/plugins"
)

// limited refuses packets longer than maxPacket before the client library makes
// room for them: by its length alone a packet may claim 256 MB (MQTT 5.0, 2.1.4).
type limited struct {
	net.Conn
	left   int  // bytes of the present packet's body
	header bool // its length is being read
	length int
	shift  uint
}

// Read reads, and follows the packets' lengths.
func (l *limited) Read(p []byte) (int, error) {
	n, err := l.Conn.Read(p)
	for rest := p[:n]; len(rest) > 0; {
		switch {
		case l.left > 0:
			skipped := min(l.left, len(rest))
			l.left -= skipped
			rest = rest[skipped:]
			continue
		case !l.header: // the byte with the packet's type
			l.header, l.length, l.shift = true, 0, 0
		default:
			l.length |= int(rest[0]&0x7f) << l.shift
			l.shift += 7
			if l.length > maxPacket {
				return 0, fmt.Errorf("the broker sends a packet of more than %d bytes", maxPacket)
			}
			if rest[0]&0x80 == 0 {
				l.header, l.left = false, l.length
			}
		}
		rest = rest[1:]
	}
	return n, err
}

// awake ends a connection on which nothing came for longer than the answer to a ping may
// take: the machine was suspended. What comes then lay in a buffer, so that it is older than
// its expiry tells. A new connection has it again with the expiry that is left.
type awake struct {
	net.Conn
	now  func() plugins.Instant // includes the time for which the machine was suspended
	last plugins.Instant
}

// Read reads.
func (a *awake) Read(p []byte) (int, error) {
	n, err := a.Conn.Read(p)
	before := a.last
	if a.last = a.now(); err == nil && a.last.Sub(before) > 2*keepAlive {
		return 0, fmt.Errorf("nothing came from the broker for %v; the machine was suspended", a.last.Sub(before).Round(time.Second))
	}
	return n, err
}
