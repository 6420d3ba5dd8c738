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

	"ptvd/internal/fakeserver"
)

// httpFaults are the ways in which a request can go wrong. Some are those of the
// network, some the server's, and some change each time they are asked.
var httpFaults = []struct {
	name string
	do   func(*internet, *http.Request) (*http.Response, error)
}{
	{"no such name", func(n *internet, r *http.Request) (*http.Response, error) {
		return nil, dialing(&net.DNSError{Err: "no such host", Name: r.URL.Hostname(), IsNotFound: true})
	}},
	{"the name server does not answer", func(n *internet, r *http.Request) (*http.Response, error) {
		if err := n.latency(r.Context(), 2*time.Second, 5*time.Second); err != nil {
			return nil, err
		}
		return nil, dialing(&net.DNSError{Err: "i/o timeout", Name: r.URL.Hostname(), IsTimeout: true, IsTemporary: true})
	}},
	{"connection refused", func(n *internet, r *http.Request) (*http.Response, error) {
		return nil, dialing(os.NewSyscallError("connect", syscall.ECONNREFUSED))
	}},
	{"no route", func(n *internet, r *http.Request) (*http.Response, error) {
		return nil, &url.Error{Op: "Get", URL: r.URL.String(), Err: dialing(os.NewSyscallError("connect", syscall.EHOSTUNREACH))}
	}},
	{"the certificate is not valid yet", func(n *internet, r *http.Request) (*http.Response, error) {
		return nil, x509.CertificateInvalidError{Cert: new(x509.Certificate), Reason: x509.Expired, Detail: "current time is before"}
	}},
	{"silence", func(n *internet, r *http.Request) (*http.Response, error) {
		return nil, n.clock.Sleep(r.Context(), time.Hour)
	}},
	{"reset in mid-body", func(n *internet, r *http.Request) (*http.Response, error) {
		return n.brokenOff(r, &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)})
	}},
	{"end in mid-body", func(n *internet, r *http.Request) (*http.Response, error) {
		return n.brokenOff(r, io.ErrUnexpectedEOF)
	}},
	{"truncated JSON", func(n *internet, r *http.Request) (*http.Response, error) {
		return n.brokenOff(r, nil)
	}},
	{"a slow body", (*internet).slow},
	{"statuses", func(n *internet, r *http.Request) (*http.Response, error) {
		status := n.nextStatus()
		a := newAnswer(status, http.Header{"Location": {n.somewhere(r)}}, n.words(r))
		if n.dice.IntN(3) == 0 {
			a = newAnswer(status, a.Header, n.serve(r).data) // good data under a bad status
		}
		return &a.Response, nil
	}},
	{"a web page", func(n *internet, r *http.Request) (*http.Response, error) {
		return n.failing(r, fakeserver.PTVFault{HTML: true})
	}},
	{"throttling", func(n *internet, r *http.Request) (*http.Response, error) {
		return n.failing(r, fakeserver.PTVFault{Throttled: true})
	}},
	{"health 0", func(n *internet, r *http.Request) (*http.Response, error) {
		return n.failing(r, fakeserver.PTVFault{Unhealthy: true})
	}},
	{"the key is refused", func(n *internet, r *http.Request) (*http.Response, error) {
		a := newAnswer(http.StatusForbidden, http.Header{}, n.words(r))
		return &a.Response, nil
	}},
	{"huge JSON", func(n *internet, r *http.Request) (*http.Response, error) {
		good := n.serve(r)
		a := newAnswer(good.StatusCode, good.Header, append(good.data, bytes.Repeat([]byte(" "), 2<<20)...))
		return &a.Response, nil
	}},
	{"wrong types", func(n *internet, r *http.Request) (*http.Response, error) {
		good := n.serve(r)
		wrong := mutate(good.data, n.dice)
		a := newAnswer(good.StatusCode, good.Header, wrong)
		a.Body = &body{data: wrong, whole: func() { n.oracle.answered(r, good, false, false) }}
		return &a.Response, nil
	}},
}

// fault is the family: for some time, most or all requests go wrong in one way.
func (n *internet) fault() fault {
	return fault{
		name: "http", rests: 25 * time.Minute, lasts: 6 * time.Minute,
		begin: func(dice *rand.Rand) string {
			kind, often := httpFaults[dice.IntN(len(httpFaults))], 1+dice.IntN(4)
			n.trouble = func(r *http.Request) (*http.Response, error) {
				if often < 4 && n.dice.IntN(4) >= often {
					return n.good(r), nil
				}
				return kind.do(n, r)
			}
			return fmt.Sprintf("%s, %d of 4", kind.name, often)
		},
		end: func() { n.trouble = nil },
	}
}

// dialing is what Go's dialer makes of an error.
func dialing(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }

// failing asks a server that has a fault.
func (n *internet) failing(r *http.Request, f fakeserver.PTVFault) (*http.Response, error) {
	n.server.Fail(f)
	defer n.server.Fail(fakeserver.PTVFault{})
	return &n.serve(r).Response, nil
}

// brokenOff brings a part of a good body and then an error, or just an end.
func (n *internet) brokenOff(r *http.Request, err error) (*http.Response, error) {
	a := n.serve(r)
	a.Body = &body{data: a.data[:n.dice.IntN(len(a.data)-1)], broken: err}
	return &a.Response, nil
}

// slow brings a good body in pieces, so that it takes up to half a minute. Whether
// it came in time is the daemon's to know.
func (n *internet) slow(r *http.Request) (*http.Response, error) {
	a := n.serve(r)
	pieces := 1 + n.dice.IntN(20)
	pause := time.Duration(n.dice.Int64N(int64(30*time.Second))) / time.Duration(pieces)
	a.Body = &body{
		data: a.data, piece: len(a.data)/pieces + 1,
		pause: func() error { return n.clock.Sleep(r.Context(), pause) },
		whole: func() { n.oracle.answered(r, a, true, false) },
	}
	return &a.Response, nil
}

// nextStatus goes through all that are not 200, from class to class: after some
// answers there was one of each, and after 498 there was every one.
func (n *internet) nextStatus() int {
	const first, count, stride = 101, 499, 100 // a prime number of them, so that none is passed over
	for {
		status := first + n.statuses*stride%count
		if n.statuses++; status != http.StatusOK {
			return status
		}
	}
}

// words are an error's body, which tells everything that should not be told on.
func (n *internet) words(r *http.Request) []byte {
	message := fmt.Sprintf("The signature of %s does not fit %s.", r.URL.RequestURI(), r.URL.Query().Get("devid"))
	if n.dice.IntN(2) == 0 {
		return fmt.Appendf(nil, "<html><p>%s</html>", message)
	}
	return fmt.Appendf(nil, `{"Message": %q}`, message)
}

// somewhere is where a redirect leads to: round in circles, to a login, nowhere.
func (n *internet) somewhere(r *http.Request) string {
	return []string{
		r.URL.String(), "/", "http://login.test/?from=" + url.QueryEscape(r.URL.String()),
		"https://ptv.test" + r.URL.RequestURI(), "::" + strings.Repeat("x", 5000), "",
	}[n.dice.IntN(6)]
}
