package demo

import (
	"context"
	"net"
	"sync"
)

// network is the demo's little internet: what the configuration calls ptv.test or
// ntp.test is an address on loopback. (RFC 6761 keeps .test for such things.) It
// can be cut.
type network struct {
	hosts map[string]string

	mu   sync.Mutex
	cut  bool
	open map[*wire]bool
}

// wire is a connection over the network.
type wire struct {
	net.Conn
	network *network
}

func newNetwork(hosts map[string]string) *network {
	return &network{hosts: hosts, open: map[*wire]bool{}}
}

// dial reaches what is in the list, and nothing else.
func (n *network) dial(ctx context.Context, kind, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	there, ok := n.hosts[host]
	if !ok || n.isCut() {
		return nil, &net.DNSError{Err: "no such host in the demo", Name: host, IsNotFound: true}
	}
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, kind, there)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	w := &wire{conn, n}
	n.open[w] = true
	return w, nil
}

// Close hangs up.
func (w *wire) Close() error {
	w.network.mu.Lock()
	delete(w.network.open, w)
	w.network.mu.Unlock()
	return w.Conn.Close()
}

func (n *network) isCut() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.cut
}

// setCut cuts the network, and every connection over it; or mends it.
func (n *network) setCut(cut bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.cut = cut
	if cut {
		for w := range n.open {
			w.Conn.Close()
		}
	}
}
