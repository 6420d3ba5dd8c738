package web

import (
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// oneConn is a listener with a single connection.
type oneConn struct {
	net.Conn
	accepted bool
	closed   chan struct{}
}

func (l *oneConn) Accept() (net.Conn, error) {
	if !l.accepted {
		l.accepted = true
		return l.Conn, nil
	}
	<-l.closed
	return nil, net.ErrClosed
}

func (l *oneConn) Close() error {
	close(l.closed)
	return nil
}

func (l *oneConn) Addr() net.Addr { return l.LocalAddr() }

func TestSlowConnectionIsClosed(t *testing.T) {
	const host = "Host: 127.0.0.1:8337\r\n"
	for name, c := range map[string]struct {
		sends string
		reads bool
		after time.Duration
	}{
		"no request":        {"", true, 5 * time.Second},
		"endless headers":   {"GET / HTTP/1.1\r\n" + host, true, 5 * time.Second},
		"missing body":      {"POST /api/do HTTP/1.1\r\n" + host + "Content-Length: 10\r\n\r\n", true, 10 * time.Second},
		"answer not read":   {"GET / HTTP/1.1\r\n" + host + "\r\n", false, 10 * time.Second},
		"idle for a minute": {"GET / HTTP/1.1\r\n" + host + "\r\n", true, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := serve(t, new(board).options())
				client, server := net.Pipe()
				go s.Serve(&oneConn{Conn: server, closed: make(chan struct{})})
				if _, err := io.WriteString(client, c.sends); err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				if c.reads {
					_, _ = io.Copy(io.Discard, client) // until the end
				} else {
					time.Sleep(c.after + time.Second)
					if n, err := client.Read(make([]byte, 1)); err == nil {
						t.Fatalf("%d bytes are still there", n)
					}
					return
				}
				if took := time.Since(began); took < c.after-time.Second || took > c.after+time.Second {
					t.Errorf("after %v, not %v", took, c.after)
				}
			})
		})
	}
}

func TestConnectionAboveTheLimitIsClosed(t *testing.T) {
	address := listen(t, serve(t, new(board).options()))
	for range maxConnections {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("it was answered")
	}
}
