package demo

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"
)

// names is the demo's little internet: what the configuration calls ptv.test or
// ntp.test is an address on loopback. (RFC 6761 keeps .test for such things.)
type names map[string]string

// dial reaches what is in the list, and nothing else.
func (n names) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	there, ok := n[host]
	if !ok {
		return nil, &net.DNSError{Err: "no such host in the demo", Name: host, IsNotFound: true}
	}
	var dialer net.Dialer
	return dialer.DialContext(ctx, network, there)
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
			panic("demo: the stand-in stopped serving: " + err.Error())
		}
	}()
	return listener.Addr().String(), nil
}
