package simulate

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"
)

// httpFaults are failures of the network and of the server. Some of them differ from
// request to request.
var httpFaults = []struct {
	name string
	do   func(*internet, *http.Request) (*http.Response, error)
}{
	{"no such host", func(n *internet, r *http.Request) (*http.Response, error) {
		return nil, dialing(&net.DNSError{Err: "no such host", Name: r.URL.Hostname(), IsNotFound: true})
	}},
	{"DNS timeout", func(n *internet, r *http.Request) (*http.Response, error) {
		if err := n.latency(r.Context(), 2*time.Second, 5*time.Second); err != nil {
			return nil, err
		}
		return nil, dialing(&net.DNSError{Err: "i/o timeout", Name: r.URL.Hostname(), IsTimeout: true, IsTemporary: true})
	}},
	{"connection refused", func(n *internet, r *http.Request) (*http.Response, error) {
		return nil, dialing(os.NewSyscallError("connect", syscall.ECONNREFUSED))
	}},
	{"no route to host", func(n *internet, r *http.Request) (*http.Response, error) {
		return nil, &url.Error{Op: "Get", URL: r.URL.String(), Err: dialing(os.NewSyscallError("connect", syscall.EHOSTUNREACH))}
	}},
	{"certificate not yet valid", func(n *internet, r *http.Request) (*http.Response, error) {
		return nil, x509.CertificateInvalidError{Cert: new(x509.Certificate), Reason: x509.Expired, Detail: "current time is before"}
	}},
	{"no reply", func(n *internet, r *http.Request) (*http.Response, error) {
		return nil, n.clock.Sleep(r.Context(), time.Hour)
	}},
	{"connection reset in the body", func(n *internet, r *http.Request) (*http.Response, error) {
		return n.truncated(r, &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)})
	}},
	{"unexpected EOF in the body", func(n *internet, r *http.Request) (*http.Response, error) {
		return n.truncated(r, io.ErrUnexpectedEOF)
	}},
	{"truncated JSON", func(n *internet, r *http.Request) (*http.Response, error) {
		return n.truncated(r, nil)
	}},
	{"slow body", (*internet).slow},
	{"bad status", func(n *internet, r *http.Request) (*http.Response, error) {
		status := n.nextStatus()
		a := newResponse(status, http.Header{"Location": {n.redirect(r)}}, n.errorBody(r))
		if n.rng.IntN(3) == 0 {
			a = newResponse(status, a.Header, n.serve(r).data) // correct data with a bad status
		}
		return &a.Response, nil
	}},
	{"web page", func(n *internet, r *http.Request) (*http.Response, error) {
		return n.failing(r, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = io.WriteString(w, "<!DOCTYPE html><title>Welcome</title><p>Please accept the terms of use.\n")
		})
	}},
	{"rate limit", func(n *internet, r *http.Request) (*http.Response, error) {
		return n.failing(r, n.throttled)
	}},
	{"health 0", func(n *internet, r *http.Request) (*http.Response, error) {
		return n.failing(r, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json; charset=utf-8")
			_, _ = io.WriteString(w, `{"departures": [], "status": {"version": "3.0", "health": 0}}`)
		})
	}},
	{"key refused", func(n *internet, r *http.Request) (*http.Response, error) {
		a := newResponse(http.StatusForbidden, http.Header{}, n.errorBody(r))
		return &a.Response, nil
	}},
	{"huge JSON", func(n *internet, r *http.Request) (*http.Response, error) {
		good := n.serve(r)
		a := newResponse(good.StatusCode, good.Header, append(good.data, bytes.Repeat([]byte(" "), 2<<20)...))
		return &a.Response, nil
	}},
	{"wrong types", func(n *internet, r *http.Request) (*http.Response, error) {
		good := n.serve(r)
		wrong := mutate(good.data, n.rng)
		a := newResponse(good.StatusCode, good.Header, wrong)
		a.Body = &body{data: wrong, onEOF: func() { n.read(r, good, false, false) }}
		return &a.Response, nil
	}},
}

// fault is the family: for some time, some or all requests fail in one way.
func (n *internet) fault() fault {
	return fault{
		name: n.name, rests: 25 * time.Minute, lasts: 6 * time.Minute,
		begin: func(rng *rand.Rand) string {
			kind, often := httpFaults[rng.IntN(len(httpFaults))], 1+rng.IntN(4)
			n.failure = func(r *http.Request) (*http.Response, error) {
				if often < 4 && n.rng.IntN(4) >= often {
					return n.good(r), nil
				}
				return kind.do(n, r)
			}
			return fmt.Sprintf("%s, %d of 4", kind.name, often)
		},
		end: func() { n.failure = nil },
	}
}

// dialing wraps an error like Go's dialer.
func dialing(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }

// failing returns the reply of a server with a fault.
func (n *internet) failing(r *http.Request, fault http.HandlerFunc) (*http.Response, error) {
	n.server.Fail(fault)
	defer n.server.Fail(nil)
	return &n.serve(r).Response, nil
}

// truncated returns a part of a correct body, followed by an error or the end.
func (n *internet) truncated(r *http.Request, err error) (*http.Response, error) {
	a := n.serve(r)
	a.Body = &body{data: a.data[:n.rng.IntN(len(a.data)-1)], err: err}
	return &a.Response, nil
}

// slow returns a correct body in pieces, over up to half a minute. The daemon may give
// up before the end.
func (n *internet) slow(r *http.Request) (*http.Response, error) {
	a := n.serve(r)
	pieces := 1 + n.rng.IntN(20)
	pause := time.Duration(n.rng.Int64N(int64(30*time.Second))) / time.Duration(pieces)
	a.Body = &body{
		data: a.data, piece: len(a.data)/pieces + 1,
		pause: func() error { return n.clock.Sleep(r.Context(), pause) },
		onEOF: func() { n.read(r, a, true, false) },
	}
	return &a.Response, nil
}

// nextStatus returns all statuses except 200 in turn, from class to class: after a
// few replies every class has occurred, after 498 every status.
func (n *internet) nextStatus() int {
	const first, count, stride = 101, 499, 100 // the count is prime, so that no status is left out
	for {
		status := first + n.statuses*stride%count
		if n.statuses++; status != http.StatusOK {
			return status
		}
	}
}

// errorBody returns the body of an error, which contains the id and the signature:
// they must not be logged.
func (n *internet) errorBody(r *http.Request) []byte {
	message := fmt.Sprintf("The signature of %s does not match %s.", r.URL.RequestURI(), r.URL.Query().Get("devid"))
	if n.rng.IntN(2) == 0 {
		return fmt.Appendf(nil, "<html><p>%s</html>", message)
	}
	return fmt.Appendf(nil, `{"Message": %q}`, message)
}

// redirect returns the target of a redirect: a loop, a login page, or nonsense.
func (n *internet) redirect(r *http.Request) string {
	return []string{
		r.URL.String(), "/", "http://login.test/?from=" + url.QueryEscape(r.URL.String()),
		"https://ptv.test" + r.URL.RequestURI(), "::" + strings.Repeat("x", 5000), "",
	}[n.rng.IntN(6)]
}
