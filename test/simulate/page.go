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

// visits is what was seen of the daemon's page.
type visits struct {
	made, ill int // how many, and how many while an instance was not well
}

// visitPage looks for secrets in all that the daemon's page shows, at all times of
// the day and in all states of health.
func (w *World) visitPage() {
	dice, rests := w.dice("visits"), 10*time.Minute
	if w.end.Sub(bootedAt) >= longRun {
		rests = time.Hour
	}
	for w.sleep(about(dice, rests)) {
		if d := w.daemon; d != nil && w.loop != nil {
			w.loop.Post(func() { w.readPage(d) })
		}
	}
}

// asked is a request to the page, and the status that it is to be answered by.
type asked struct {
	method, path string
	headers      string // such as "Host: x"; several by "; "
	body         string
	status       int
}

const token = "a-token-of-the-page"

var (
	// questions are those of browsers and programs, well and badly made.
	questions = []asked{
		{path: "/", status: http.StatusOK},
		{path: "/api/state", status: http.StatusOK},
		{path: "/metrics", status: http.StatusOK},
		{path: "/nothing", status: http.StatusNotFound},
		{path: "/api/state", headers: "Sec-Fetch-Site: cross-site", status: http.StatusForbidden},
		{path: "/api/state", headers: "Host: elsewhere.test", status: http.StatusMisdirectedRequest},
		{method: http.MethodDelete, path: "/api/state", status: http.StatusMethodNotAllowed},
		{method: http.MethodPost, path: "/api/do", body: "{", status: http.StatusBadRequest},
		{method: http.MethodPost, path: "/api/do", body: strings.Repeat(" ", 1<<20), status: http.StatusRequestEntityTooLarge},
		{method: http.MethodPost, path: "/api/do", body: `{"do":"press","name":"bell"}`, status: http.StatusConflict},
		{path: "/api/state", headers: "Authorization: ", status: http.StatusUnauthorized},
	}
	// unanswered are those whose answer the loop does not give.
	unanswered = []asked{
		{path: "/api/state", status: http.StatusServiceUnavailable},
		{path: "/metrics", status: http.StatusServiceUnavailable},
		{path: "/healthz", status: http.StatusServiceUnavailable},
	}
)

// readPage asks for everything that a browser or a program can ask for. It is
// called on the loop, where the state can be had at once.
func (w *World) readPage(d *daemon.Daemon) {
	state := d.State()
	health := asked{path: "/healthz", status: http.StatusOK}
	for _, i := range state.Instances {
		if i.Health != "ok" {
			health.status = http.StatusServiceUnavailable
		}
	}
	w.visits.made++
	if health.status != http.StatusOK {
		w.visits.ill++
	}
	w.ask(func(context.Context) (web.State, error) { return state, nil }, append(questions, health)...)
	w.ask(func(context.Context) (web.State, error) { return web.State{}, context.DeadlineExceeded }, unanswered...)
	w.listen(state)
}

// ask puts questions to a server that knows a state.
func (w *World) ask(state func(context.Context) (web.State, error), questions ...asked) {
	server := w.serve(state, nil)
	defer server.Close()
	for _, q := range questions {
		page := recorder{header: http.Header{}, status: http.StatusOK}
		server.ServeHTTP(&page, q.request(context.Background()))
		if page.status != q.status || page.Len() == 0 {
			w.fail("%+v is answered with status %d and %d bytes", q, page.status, page.Len())
		}
		w.searchPage(q.path, &page)
	}
}

// listen watches as a browser does.
func (w *World) listen(state web.State) {
	joined := make(chan struct{})
	server := w.serve(nil, func() { close(joined) })
	defer server.Close()
	ctx, cancel := context.WithCancel(context.Background())
	page := listener{recorder: recorder{header: http.Header{}, status: http.StatusOK}, told: cancel}
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		server.ServeHTTP(&page, asked{path: "/events"}.request(ctx))
	}()
	<-joined
	server.Publish(state)
	<-gone
	if !bytes.Contains(page.Bytes(), []byte("data: {")) {
		w.fail("/events is answered with status %d and %d bytes", page.status, page.Len())
	}
	w.searchPage("/events", &page.recorder)
}

func (w *World) serve(state func(context.Context) (web.State, error), joined func()) *web.Server {
	server, err := web.New(web.Options{
		Log: slog.New(w.diary.handler()), Token: token, State: state, Joined: joined,
		Do: func(context.Context, web.Command) error { return errors.New("nobody is to be pressed here") },
	})
	if err != nil {
		panic("simulate: no page: " + err.Error())
	}
	return server
}

func (q asked) request(ctx context.Context) *http.Request {
	var body io.Reader
	if q.body != "" {
		body = strings.NewReader(q.body)
	}
	r, err := http.NewRequestWithContext(ctx, cmp.Or(q.method, http.MethodGet), "http://localhost"+q.path, body)
	if err != nil {
		panic("simulate: a question that cannot be put: " + err.Error())
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

func (w *World) searchPage(path string, page *recorder) {
	var headers bytes.Buffer
	_ = page.header.Write(&headers)
	for _, text := range [][]byte{page.Bytes(), headers.Bytes()} {
		if secret := w.diary.secretIn(text); secret != "" {
			w.fail("%s shows %s", path, secret)
		}
	}
}

// listener is a recorder of events that has heard enough after the first one.
type listener struct {
	recorder
	told func()
}

func (l *listener) SetReadDeadline(time.Time) error  { return nil }
func (l *listener) SetWriteDeadline(time.Time) error { return nil }

func (l *listener) Flush() {
	if bytes.Contains(l.Bytes(), []byte("data: ")) {
		l.told()
	}
}
