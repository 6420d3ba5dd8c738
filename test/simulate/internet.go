package simulate

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"time"

	"ptvd/internal/fakeserver"
	"ptvd/internal/fakeserver/motisserver"
)

// internet is the network between the daemon and one of the services, and the server
// itself.
type internet struct {
	*World
	name      string
	server    server
	throttled http.HandlerFunc
	change    func(*http.Request, []byte) []byte                              // makes other correct replies
	read      func(r *http.Request, response *response, exact, accepted bool) // tells the oracle that the body was read
	others    map[string]*internet                                            // to the other services, by their hosts; nil: this is one of them

	rng      *rand.Rand
	failure  func(*http.Request) (*http.Response, error) // handles requests; nil: they succeed
	requests int
	statuses int // see nextStatus
	night    night
	rows     timetable
	tracks   tracks
}

type server interface {
	http.Handler
	Fail(http.HandlerFunc)
}

// motisHost and tramsHost are the hosts of the other services.
const (
	motisHost = "motis.test"
	tramsHost = "trams.test"
)

// newInternet returns the way to the services, which have one network of lines.
func newInternet(w *World) *internet {
	network := fakeserver.NewPTV(w.now)
	n := &internet{World: w, name: "http", server: network, throttled: fakeserver.Throttled, rng: w.rng("internet"), statuses: int(w.seed % 499)}
	n.change = func(r *http.Request, reply []byte) []byte { return n.rows.change(r, n.night.filter(reply)) }
	n.read = func(r *http.Request, response *response, exact, accepted bool) {
		w.oracle.replyRead(r, response, exact, accepted)
	}
	n.others = map[string]*internet{motisHost: {
		World: w, name: "motis", server: motisserver.Beside(network, w.now), throttled: motisserver.Throttled, rng: w.rng("motis"), statuses: int(w.seed % 499),
		change: func(_ *http.Request, reply []byte) []byte { return n.tracks.change(n.night.filter(reply)) },
		read: func(r *http.Request, response *response, exact, accepted bool) {
			w.oracle.worldRead(r, response, exact, accepted)
		},
	}, tramsHost: {
		World: w, name: "trams", server: network, throttled: fakeserver.Throttled, rng: w.rng("trams"), statuses: int(w.seed % 499),
		change: func(_ *http.Request, reply []byte) []byte { return n.night.filter(reply) },
		read: func(r *http.Request, response *response, exact, accepted bool) {
			w.oracle.tramsRead(r, response, exact, accepted)
		},
	}}
	return n
}

// RoundTrip implements http.RoundTripper.
func (n *internet) RoundTrip(r *http.Request) (*http.Response, error) {
	n.requests++
	if other := n.others[r.URL.Host]; other != nil {
		return other.RoundTrip(r)
	}
	if signature := r.URL.Query().Get("signature"); signature != "" {
		n.recorder.setSignature(signature)
	}
	if err := n.latency(r.Context(), 20*time.Millisecond, 300*time.Millisecond); err != nil {
		return nil, err
	}
	if n.failure == nil {
		return n.handles.body(n.good(r)), nil
	}
	response, err := n.failure(r)
	if err != nil {
		return nil, err
	}
	return n.handles.body(response), nil
}

// good returns a correct reply, which the oracle uses as the truth.
func (n *internet) good(r *http.Request) *http.Response {
	a := n.serve(r)
	a.Body = &body{data: a.data, onEOF: func() {
		if a.StatusCode == http.StatusOK { // otherwise a redirect led to an unknown path
			n.read(r, a, true, true)
		}
	}}
	return &a.Response
}

// latency waits for a random time.
func (n *internet) latency(ctx context.Context, shortest, longest time.Duration) error {
	return n.clock.Sleep(ctx, shortest+time.Duration(n.rng.Int64N(int64(longest-shortest))))
}

// response is a response with the data of its body.
type response struct {
	http.Response
	data []byte
}

// serve returns the server's response.
func (n *internet) serve(r *http.Request) *response {
	page := responseBuffer{header: http.Header{}, status: http.StatusOK}
	n.server.ServeHTTP(&page, r.Clone(r.Context()))
	return newResponse(page.status, page.header, n.change(r, page.Bytes()))
}

func newResponse(status int, header http.Header, data []byte) *response {
	a := &response{data: data, Response: http.Response{
		StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, ContentLength: int64(len(data)),
	}}
	a.Body = &body{data: data}
	return a
}

// responseBuffer is an http.ResponseWriter.
type responseBuffer struct {
	bytes.Buffer
	header http.Header
	status int
}

func (r *responseBuffer) Header() http.Header    { return r.header }
func (r *responseBuffer) WriteHeader(status int) { r.status = status }

// body is the body of a response: complete, slow, or truncated.
type body struct {
	data  []byte
	pause func() error // called before each piece; may be nil
	piece int          // size in bytes; 0: no limit
	err   error        // returned instead of io.EOF; may be nil
	onEOF func()       // called when the reader has read all; may be nil
}

func (b *body) Read(into []byte) (int, error) {
	if b.pause != nil {
		if err := b.pause(); err != nil {
			return 0, err
		}
	}
	if len(b.data) == 0 && b.err != nil {
		return 0, b.err
	}
	if len(b.data) == 0 {
		if b.onEOF != nil {
			b.onEOF()
			b.onEOF = nil
		}
		return 0, io.EOF
	}
	if b.piece > 0 {
		into = into[:min(b.piece, len(into))]
	}
	n := copy(into, b.data)
	b.data = b.data[n:]
	return n, nil
}

func (b *body) Close() error { return nil }
