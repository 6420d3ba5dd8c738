package fakeserver

import (
	"net"
	"os"
	"time"
)

// Conn returns the client's end of an exchange with the server in memory, for
// virtual time: a reply is there as soon as the request is, and where the server
// keeps silent, a read runs into its deadline at once.
func (s *NTP) Conn() net.Conn { return &ntpConn{server: s} }

type ntpConn struct {
	net.Conn // nil: what an NTP client does not call
	server   *NTP
	replies  [][]byte
}

func (c *ntpConn) Write(request []byte) (int, error) {
	if reply := c.server.Reply(request); reply != nil {
		c.replies = append(c.replies, reply)
	}
	return len(request), nil
}

func (c *ntpConn) Read(into []byte) (int, error) {
	if len(c.replies) == 0 {
		return 0, os.ErrDeadlineExceeded
	}
	reply := c.replies[0]
	c.replies = c.replies[1:]
	return copy(into, reply), nil
}

func (c *ntpConn) SetDeadline(time.Time) error { return nil }
func (c *ntpConn) Close() error                { return nil }
