package web

import (
	"net"
	"sync"
	"sync/atomic"
)

const (
	// maxConnections is how many there may be, of clients of any kind.
	maxConnections = 64
	// unread is how many bytes the kernel keeps for a client that does not read,
	// which would else be megabytes, and minutes of old news.
	unread = 16 << 10
)

// bounded accepts so many connections at a time that can hold so much.
type bounded struct {
	net.Listener
	open atomic.Int32
}

// Accept closes at once what is too much: who waits in vain shall know it.
func (b *bounded) Accept() (net.Conn, error) {
	for {
		c, err := b.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if b.open.Add(1) > maxConnections {
			b.open.Add(-1)
			c.Close()
			continue
		}
		if tcp, ok := c.(*net.TCPConn); ok {
			_ = tcp.SetWriteBuffer(unread) // without it all works, if not as well
			giveUpUnanswered(tcp)
		}
		return &counted{Conn: c, gone: sync.OnceFunc(func() { b.open.Add(-1) })}, nil
	}
}

// counted is one of the connections that are open.
type counted struct {
	net.Conn
	gone func()
}

func (c *counted) Close() error {
	c.gone()
	return c.Conn.Close()
}
