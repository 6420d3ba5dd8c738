package demo

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// network resolves the names that demo.yaml uses, such as ptv.test, to addresses on
// loopback. (RFC 6761 reserves .test.) It can be cut.
type network struct {
	hosts map[string]string

	mu    sync.Mutex
	isCut bool
	conns map[*networkConn]bool
}

// networkConn is a connection that is closed when the network is cut.
type networkConn struct {
	net.Conn
	network *network
}

// dial connects to a host of the network.
func (n *network) dial(ctx context.Context, protocol, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	real, known := n.hosts[host]
	reachable := known && !n.isCut
	n.mu.Unlock()
	if !reachable {
		return nil, &net.DNSError{Err: "no such host in the demo", Name: host, IsNotFound: true}
	}
	conn, err := new(net.Dialer).DialContext(ctx, protocol, real)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	c := &networkConn{conn, n}
	n.conns[c] = true
	return c, nil
}

// setCut cuts the network and closes its connections, or restores it.
func (n *network) setCut(cut bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.isCut = cut
	if cut {
		for c := range n.conns {
			c.Conn.Close()
		}
	}
}

// Close closes the connection.
func (c *networkConn) Close() error {
	c.network.mu.Lock()
	delete(c.network.conns, c)
	c.network.mu.Unlock()
	return c.Conn.Close()
}

// serveHTTP serves a handler on a free port of loopback until the context is done.
func serveHTTP(ctx context.Context, handler http.Handler) (address string, err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 2 * time.Minute}
	context.AfterFunc(ctx, func() { server.Close() })
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			panic("demo: fake PTV server: " + err.Error())
		}
	}()
	return listener.Addr().String(), nil
}
