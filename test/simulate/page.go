package simulate

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"ptvd/internal/daemon"
	"ptvd/internal/web"
)

// visits counts the visits to the daemon's page, and those while an instance was not
// healthy.
type visits struct{ made, unhealthy int }

// visitPage requests the daemon's page now and then, and searches the responses for
// secrets.
func (w *World) visitPage() {
	rng, rests := w.rng("visits"), 10*time.Minute
	if w.end.Sub(bootedAt) >= longRun {
		rests = time.Hour
	}
	for w.sleep(about(rng, rests)) {
		if d := w.daemon; d != nil && w.loop != nil {
			w.loop.Post(func() { w.readPage(d) })
		}
	}
}

// pageRequest is a request to the page, and the expected status.
type pageRequest struct {
	method, path string
	headers      string // such as "Host: x", separated by "; "
	body         string
	status       int
}

const token = "a-token-of-the-page"

var (
	// requests are valid and invalid requests.
	requests = []pageRequest{
		{path: "/", status: http.StatusOK},
		{path: "/api/state", status: http.StatusOK},
		{path: "/metrics", status: http.StatusOK},
		{path: "/nothing", status: http.StatusNotFound},
		{path: "/api/state", headers: "Sec-Fetch-Site: cross-site", status: http.StatusForbidden},
		{path: "/api/state", headers: "Host: elsewhere.test", status: http.StatusMisdirectedRequest},
		{method: http.MethodDelete, path: "/api/state", status: http.StatusMethodNotAllowed},
		{method: http.MethodPost, path: "/api/do", body: "{", status: http.StatusBadRequest},
		{method: http.MethodPost, path: "/api/do", body: strings.Repeat(" ", 1<<20), status: http.StatusRequestEntityTooLarge},
		{method: http.MethodPost, path: "/api/do", body: `{"do":"call","action":"bell.press"}`, status: http.StatusConflict},
		{path: "/api/state", headers: "Authorization: ", status: http.StatusUnauthorized},
	}
	// unavailable are requests while the loop does not answer.
	unavailable = []pageRequest{
		{path: "/api/state", status: http.StatusServiceUnavailable},
		{path: "/metrics", status: http.StatusServiceUnavailable},
		{path: "/healthz", status: http.StatusServiceUnavailable},
	}
)

// readPage makes all requests. It is called on the loop, which owns the state.
func (w *World) readPage(d *daemon.Daemon) {
	state := d.State()
	health := pageRequest{path: "/healthz", status: http.StatusServiceUnavailable}
	strict := pageRequest{path: "/healthz?strict", status: http.StatusOK}
	for _, i := range state.Instances {
		if i.Health != "ok" {
			strict.status = http.StatusServiceUnavailable
		}
		if i.Health != "failed" {
			health.status = http.StatusOK
		}
	}
	w.oracle.judgePage(state)
	w.visits.made++
	if strict.status != http.StatusOK {
		w.visits.unhealthy++
	}
	w.request(func(context.Context) (web.State, error) { return state, nil }, append(requests, health, strict)...)
	w.request(func(context.Context) (web.State, error) { return web.State{}, context.DeadlineExceeded }, unavailable...)
	w.readEvents(state)
}

// request makes requests to a server with a state.
func (w *World) request(state func(context.Context) (web.State, error), requests ...pageRequest) {
	server := w.serve(state, nil)
	defer server.Close()
	for _, q := range requests {
		page := responseBuffer{header: http.Header{}, status: http.StatusOK}
		server.ServeHTTP(&page, q.request(context.Background()))
		if page.status != q.status || page.Len() == 0 {
			w.fail("%+v: status %d and %d bytes", q, page.status, page.Len())
		}
		w.searchPage(q.path, &page)
	}
}

// readEvents reads the stream of events, like a browser.
func (w *World) readEvents(state web.State) {
	joined := make(chan struct{})
	server := w.serve(nil, func() { close(joined) })
	defer server.Close()
	ctx, cancel := context.WithCancel(context.Background())
	page := eventReader{responseBuffer: responseBuffer{header: http.Header{}, status: http.StatusOK}, done: cancel}
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		server.ServeHTTP(&page, pageRequest{path: "/events"}.request(ctx))
	}()
	<-joined
	server.Publish(state)
	<-gone
	if !bytes.Contains(page.Bytes(), []byte("data: {")) {
		w.fail("/events: status %d and %d bytes", page.status, page.Len())
	}
	w.searchPage("/events", &page.responseBuffer)
}

func (w *World) serve(state func(context.Context) (web.State, error), joined func()) *web.Server {
	server, err := web.New(web.Options{
		Log: slog.New(w.recorder.handler()), Token: token, State: state, Joined: joined,
		Do: func(context.Context, web.Command) error { return errors.New("the simulation has no web.World") },
	})
	if err != nil {
		panic("simulate: " + err.Error())
	}
	return server
}

func (q pageRequest) request(ctx context.Context) *http.Request {
	var body io.Reader
	if q.body != "" {
		body = strings.NewReader(q.body)
	}
	r, err := http.NewRequestWithContext(ctx, cmp.Or(q.method, http.MethodGet), "http://localhost"+q.path, body)
	if err != nil {
		panic("simulate: " + err.Error())
	}
	if body == nil {
		r.Body = http.NoBody
	}
	r.Header.Set("Authorization", "Bearer "+token)
	for header := range strings.SplitSeq(q.headers, "; ") {
		name, value, _ := strings.Cut(header, ": ")
		if r.Header.Set(name, value); name == "Host" {
			r.Host = value
		}
	}
	return r
}

func (w *World) searchPage(path string, page *responseBuffer) {
	var headers bytes.Buffer
	_ = page.header.Write(&headers)
	for _, text := range [][]byte{page.Bytes(), headers.Bytes()} {
		if secret := secretIn(text, w.recorder.signature); secret != "" {
			w.fail("%s contains %s", path, secret)
		}
	}
}

// eventReader is a responseBuffer that calls done after the first event.
type eventReader struct {
	responseBuffer
	done func()
}

func (l *eventReader) SetReadDeadline(time.Time) error  { return nil }
func (l *eventReader) SetWriteDeadline(time.Time) error { return nil }

func (l *eventReader) Flush() {
	if bytes.Contains(l.Bytes(), []byte("data: ")) {
		l.done()
	}
}
