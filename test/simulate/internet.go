package simulate

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"time"

	"ptvd/internal/fakeserver"
)

// internet is the way to the timetable service, and where it can be cut.
type internet struct {
	*World
	server   *fakeserver.PTV
	dice     *rand.Rand
	trouble  func(*http.Request) (*http.Response, error) // what happens to requests; nil: all is well
	asked    int
	statuses int // how many bad ones it has answered with
	night    night
}

func newInternet(w *World) *internet {
	return &internet{World: w, server: fakeserver.NewPTV(w.now), dice: w.dice("internet"), statuses: int(w.seed % 499)}
}

// RoundTrip takes a request to the service and brings its answer.
func (n *internet) RoundTrip(r *http.Request) (*http.Response, error) {
	n.asked++
	n.diary.signed(r.URL.Query().Get("signature"))
	if err := n.latency(r.Context(), 20*time.Millisecond, 300*time.Millisecond); err != nil {
		return nil, err
	}
	if n.trouble == nil {
		return n.handles.body(n.good(r)), nil
	}
	response, err := n.trouble(r)
	if err != nil {
		return nil, err
	}
	return n.handles.body(response), nil
}

// good is the answer that the oracle holds for the truth.
func (n *internet) good(r *http.Request) *http.Response {
	a := n.serve(r)
	a.Body = &body{data: a.data, whole: func() {
		if a.StatusCode == http.StatusOK { // else it was a redirect that led here
			n.oracle.answered(r, a, true, true)
		}
	}}
	return &a.Response
}

// latency lets a request be on its way for some time.
func (n *internet) latency(ctx context.Context, least, most time.Duration) error {
	return n.clock.Sleep(ctx, least+time.Duration(n.dice.Int64N(int64(most-least))))
}

// answer is a response whose body is known.
type answer struct {
	http.Response
	data []byte
}

// serve asks the server.
func (n *internet) serve(r *http.Request) *answer {
	page := recorder{header: http.Header{}, status: http.StatusOK}
	n.server.ServeHTTP(&page, r.Clone(r.Context()))
	return newAnswer(page.status, page.header, n.night.cut(page.Bytes()))
}

func newAnswer(status int, header http.Header, data []byte) *answer {
	a := &answer{data: data, Response: http.Response{
		StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, ContentLength: int64(len(data)),
	}}
	a.Body = &body{data: data}
	return a
}

// recorder takes what a handler writes.
type recorder struct {
	bytes.Buffer
	header http.Header
	status int
}

func (r *recorder) Header() http.Header    { return r.header }
func (r *recorder) WriteHeader(status int) { r.status = status }

// body is what comes over the line: all at once, slowly, or up to a point.
type body struct {
	data   []byte
	pause  func() error // before each piece; nil: none
	piece  int          // bytes; 0: as many as there is room for
	broken error        // what comes instead of an end; nil: the end does
	whole  func()       // called when the reader has all of it; nil: nobody cares
}

func (b *body) Read(into []byte) (int, error) {
	if b.pause != nil {
		if err := b.pause(); err != nil {
			return 0, err
		}
	}
	if len(b.data) == 0 && b.broken != nil {
		return 0, b.broken
	}
	if len(b.data) == 0 {
		if b.whole != nil {
			b.whole()
			b.whole = nil
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
