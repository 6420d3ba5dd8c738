package plugintest

import (
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"time"
)

// Transport answers each HTTP request by a handler, in memory.
type Transport struct{ http.Handler }

// RoundTrip returns what the handler has written. There is no error.
func (t Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	recorder := httptest.NewRecorder()
	t.ServeHTTP(recorder, r)
	return recorder.Result(), nil
}

// PacketConn returns the client's end of a connection in memory to a server of packets,
// in virtual time: a reply can be read as soon as its request was written, and where
// there is none, because reply returned nil, a read returns [os.ErrDeadlineExceeded] at
// once.
func PacketConn(reply func(request []byte) []byte) net.Conn { return &packetConn{reply: reply} }

type packetConn struct {
	net.Conn // nil; clients call none of the other methods
	reply    func([]byte) []byte
	replies  [][]byte
}

func (c *packetConn) Write(request []byte) (int, error) {
	if reply := c.reply(request); reply != nil {
		c.replies = append(c.replies, reply)
	}
	return len(request), nil
}

func (c *packetConn) Read(into []byte) (int, error) {
	if len(c.replies) == 0 {
		return 0, os.ErrDeadlineExceeded
	}
	reply := c.replies[0]
	c.replies = c.replies[1:]
	return copy(into, reply), nil
}

func (c *packetConn) SetDeadline(time.Time) error { return nil }
func (c *packetConn) Close() error                { return nil }
