package demo

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"
)

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
