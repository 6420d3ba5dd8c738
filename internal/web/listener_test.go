package web

import (
	"io"
	"net"
	"strconv"
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

// fakeConn is a connection from an address.
type fakeConn struct {
	net.Conn
	from   string
	closed bool
}

func (c *fakeConn) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.ParseIP(c.from), Port: 1} }
func (c *fakeConn) Close() error         { c.closed = true; return nil }

// flood is a listener from which connections come one by one.
type flood struct {
	net.Listener
	next *fakeConn
}

func (f *flood) Accept() (net.Conn, error) {
	if f.next == nil {
		return nil, net.ErrClosed
	}
	c := f.next
	f.next = nil
	return c, nil
}

// TestHalfOpenConnectionsShutNobodyOut lets one address open connections that send
// nothing.
func TestHalfOpenConnectionsShutNobodyOut(t *testing.T) {
	f := new(flood)
	l := &limitListener{Listener: f}
	accept := func(from string) (*fakeConn, *limitedConn) {
		c := &fakeConn{from: from}
		f.next = c
		conn, _ := l.Accept()
		limited, _ := conn.(*limitedConn)
		return c, limited
	}
	owner, owners := accept("192.0.2.1")
	owners.setServing(true) // its request is being answered, such as /events
	var half []*fakeConn
	for range 2 * maxConnections {
		c, _ := accept("192.0.2.66")
		half = append(half, c)
	}
	open := 0
	for i, c := range half {
		if !c.closed {
			if open++; i < len(half)-maxFromAddress {
				t.Fatalf("connection %d is open, and a later one was closed", i)
			}
		}
	}
	if open != maxFromAddress || owner.closed {
		t.Errorf("one address has %d connections; the owner was disconnected: %t", open, owner.closed)
	}
	if c, conn := accept("192.0.2.2"); conn == nil || c.closed {
		t.Error("a connection from another address is refused")
	}
	for i := range maxConnections { // from many addresses
		accept("198.51.100." + strconv.Itoa(i))
	}
	if len(l.open) != maxConnections || owner.closed {
		t.Errorf("%d connections are open; the owner was disconnected: %t", len(l.open), owner.closed)
	}
	for _, c := range l.open {
		c.serving = true
	}
	if c, conn := accept("192.0.2.2"); conn != nil || !c.closed {
		t.Error("a connection above the limit was accepted although all others are in use")
	}
	owners.Close()
	if _, conn := accept("192.0.2.2"); conn == nil || !owner.closed {
		t.Error("a connection that is closed keeps its place")
	}
}

func TestConnectionCountsAsUnfinishedUntilItsRequestHasCome(t *testing.T) {
	s := serve(t, new(board).options())
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	limited := &limitListener{Listener: l}
	go s.http.Serve(limited)
	serving := func() (n int) {
		limited.mu.Lock()
		defer limited.mu.Unlock()
		for _, c := range limited.open {
			if c.serving {
				n++
			}
		}
		return n
	}
	half, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer half.Close()
	io.WriteString(half, "POST /api/do HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\n\r\n")
	watch(t, l.Addr().String()) // returns when the request is being answered
	if n := serving(); n != 1 {
		t.Errorf("%d connections have sent a request", n)
	}
}
