package web

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// contentPolicy allows the page to load parts of this server and nothing else.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// protect is the middleware in front of every request: it sets the security headers,
// checks the Host header and the origin, and reads the body, which is limited. Names are the
// additional host names by which a proxy reaches this server.
func protect(names []string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin") // with no-referrer, our own login form would send "Origin: null"
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		switch {
		case !isOwnName(r.Host, names):
			http.Error(w, fmt.Sprintf("unknown host name %q: use the machine's address, or add the name to http.names", r.Host), http.StatusMisdirectedRequest)
		case isCrossOrigin(r):
			http.Error(w, "cross-origin request refused: other sites may only link to the page", http.StatusForbidden)
		default:
			body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxCommand))
			if _, large := errors.AsType[*http.MaxBytesError](err); large {
				http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
				return
			}
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			if c, ok := r.Context().Value(connKey{}).(*limitedConn); ok { // it is not in some tests
				c.setServing(true)
				defer c.setServing(false)
			}
			next.ServeHTTP(w, r)
		}
	})
}

// isOwnName tells whether a Host header can only mean this machine: an address, a name
// that no DNS server of somebody else resolves, or one of the names of a proxy. It prevents
// DNS rebinding, where an Internet name is made to point here.
func isOwnName(host string, names []string) bool {
	name := hostName(host)
	isSame := func(other string) bool { return hostName(other) == name }
	if _, err := netip.ParseAddr(name); err == nil || name == "localhost" || slices.ContainsFunc(names, isSame) {
		return true
	}
	own, err := os.Hostname()
	own, _, _ = strings.Cut(strings.ToLower(own), ".")
	return err == nil && own != "" && (name == own || name == own+".local")
}

// hostName returns the name or address of a Host header or a client, without the port and
// in lower case.
func hostName(host string) string {
	if withoutPort, _, err := net.SplitHostPort(host); err == nil {
		host = withoutPort
	}
	return strings.TrimSuffix(strings.ToLower(strings.Trim(host, "[]")), ".")
}

// isCrossOrigin tells whether a browser sends the request for a page of another
// origin, unless the user follows a link. Without TLS, browsers send Sec-Fetch-Site
// to loopback only, and Origin to everybody.
func isCrossOrigin(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "same-origin", "none":
		return false
	case "":
		origin := r.Header.Get("Origin")
		_, host, _ := strings.Cut(origin, "://")
		return origin != "" && host != r.Host
	}
	return r.Method != http.MethodGet || r.Header.Get("Sec-Fetch-Mode") != "navigate" || r.Header.Get("Sec-Fetch-Dest") != "document"
}

const (
	// maxConnections limits the open connections of all clients together, and
	// maxFromAddress those of one address, so that one machine cannot take them all.
	maxConnections = 64
	maxFromAddress = 32
	// sendBuffer limits, in bytes, what the kernel buffers for a client that does
	// not read. The default is megabytes, which is minutes of outdated events.
	sendBuffer = 16 << 10
	// userTimeout is how long sent data may stay unacknowledged before the kernel
	// closes the connection (TCP_USER_TIMEOUT, RFC 5482): the peer may have lost its
	// power.
	userTimeout = 15 * time.Second
)

// limitListener limits the number of open connections and the memory of each. Above a
// limit, the oldest connection without a complete request makes room for the new
// one: a client that opens connections and sends nothing shuts nobody out.
type limitListener struct {
	net.Listener
	mu   sync.Mutex
	open []*limitedConn // the oldest first
}

// limitedConn is a connection that counts.
type limitedConn struct {
	net.Conn
	listener *limitListener
	address  string // of the client, without its port
	serving  bool   // it has sent a complete request, which is being answered
}

// Accept closes a connection for which there is no room at once, so that the client
// sees an error instead of hanging.
func (l *limitListener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if tcp, ok := c.(*net.TCPConn); ok {
			limit(tcp)
		}
		conn := &limitedConn{Conn: c, listener: l, address: hostName(c.RemoteAddr().String())}
		if l.admit(conn) {
			return conn, nil
		}
		c.Close()
	}
}

// limit limits what the kernel keeps for a client. On failure its defaults apply, which
// are larger.
func limit(c *net.TCPConn) {
	_ = c.SetWriteBuffer(sendBuffer)
	if raw, err := c.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) {
			_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(userTimeout.Milliseconds()))
		})
	}
}

// admit adds a connection, in place of another if necessary.
func (l *limitListener) admit(c *limitedConn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.makeRoom(maxFromAddress, c.address) || !l.makeRoom(maxConnections, "") {
		return false
	}
	l.open = append(l.open, c)
	return true
}

// makeRoom closes the oldest idle connection of an address, or of all, if there are as many
// as the limit.
func (l *limitListener) makeRoom(limit int, address string) bool {
	n, oldest := 0, -1
	for i, o := range l.open {
		if address == "" || address == o.address {
			if n++; oldest < 0 && !o.serving {
				oldest = i
			}
		}
	}
	if n < limit {
		return true
	}
	if oldest < 0 {
		return false
	}
	l.open[oldest].Conn.Close()
	l.open = slices.Delete(l.open, oldest, oldest+1)
	return true
}

// Close gives the connection's place back.
func (c *limitedConn) Close() error {
	c.listener.mu.Lock()
	defer c.listener.mu.Unlock()
	c.listener.open = slices.DeleteFunc(c.listener.open, func(o *limitedConn) bool { return o == c })
	return c.Conn.Close()
}

// connKey is the key of its connection in the context of a request.
type connKey struct{}

func (c *limitedConn) setServing(is bool) {
	c.listener.mu.Lock()
	defer c.listener.mu.Unlock()
	c.serving = is
}
