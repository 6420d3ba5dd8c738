package daemon

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/url"
	"time"

	"ptvd/internal/config"
	"ptvd/internal/gpio"
	"ptvd/internal/gpio/expander"
	"ptvd/internal/gpio/periph"
	"ptvd/internal/gpio/sim"
	"ptvd/plugins"
)

func (d *Daemon) openBoard() (gpio.Backend, error) {
	var board gpio.Backend = periph.Board{}
	switch {
	case d.options.Board != nil:
		var err error
		if board, err = d.options.Board(d.loop); err != nil {
			return nil, err
		}
	case d.options.File.Board == config.Simulated:
		board = sim.New(d.loop)
	default:
		lock, err := lockState(d.options.File.StateDir)
		if no, ok := errors.AsType[errNoState](err); ok {
			d.log.Warn("state directory not locked: a second ptvd would not be noticed", "err", no.error)
		} else if err != nil {
			return nil, err
		}
		d.lock = lock
	}
	return expander.Attach(board, d.claims, d.options.File.Expanders), nil
}

// SystemNetwork returns the system's network. Certificates are valid by the given clock:
// that of the system may be decades late on a board without a battery.
func SystemNetwork(now func() time.Time) plugins.Network {
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	network := Network(dialer.DialContext, http.ProxyFromEnvironment)
	network.HTTP.(*http.Transport).TLSClientConfig = &tls.Config{Time: now}
	return network
}

// Network returns a network that uses a dial function and, if there is one, a proxy.
// Its HTTP transport suits a client that asks one server now and then for years: it
// keeps one idle connection, and every wait has a limit.
func Network(
	dial func(ctx context.Context, network, address string) (net.Conn, error),
	proxy func(*http.Request) (*url.URL, error),
) plugins.Network {
	return plugins.Network{Dial: dial, HTTP: &http.Transport{
		Proxy:                  proxy,
		DialContext:            dial,
		MaxConnsPerHost:        2,
		MaxIdleConnsPerHost:    1,
		IdleConnTimeout:        90 * time.Second,
		TLSHandshakeTimeout:    10 * time.Second,
		ResponseHeaderTimeout:  15 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
	}}
}
