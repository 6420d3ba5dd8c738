package web

import (
	"net"
	"sync"
	"sync/atomic"
)

const (
	// maxConnections limits the open connections of all clients together.
	maxConnections = 64
	// sendBuffer limits, in bytes, what the kernel buffers for a client that does
	// not read. The default is megabytes, which is minutes of outdated events.
	sendBuffer = 16 << 10
)

// limitListener limits the number of open connections and the memory of each.
type limitListener struct {
	net.Listener
	open atomic.Int32
}

// Accept closes connections above the limit at once, so that the client sees an
// error instead of hanging.
func (l *limitListener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if l.open.Add(1) > maxConnections {
			l.open.Add(-1)
			c.Close()
			continue
		}
		if tcp, ok := c.(*net.TCPConn); ok {
			_ = tcp.SetWriteBuffer(sendBuffer) // an optimization: without it everything still works
			setUserTimeout(tcp)
		}
		return &limitedConn{Conn: c, release: sync.OnceFunc(func() { l.open.Add(-1) })}, nil
	}
}

// limitedConn gives its place back when it is closed.
type limitedConn struct {
	net.Conn
	release func()
}

func (c *limitedConn) Close() error {
	c.release()
	return c.Conn.Close()
}
