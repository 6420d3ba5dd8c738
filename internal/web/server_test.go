package web

import (
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"ptvd/plugins/topics"
)

// board stands in for the daemon.
type board struct {
	state State
	err   error // of State
	done  []Command
	wrong error // of Do
}

func (b *board) options() Options {
	return Options{
		Log:    slog.New(slog.DiscardHandler),
		State:  func(context.Context) (State, error) { return b.state, b.err },
		Do:     func(_ context.Context, c Command) error { b.done = append(b.done, c); return b.wrong },
		Joined: func() {},
	}
}

func serve(t *testing.T, o Options) *Server {
	t.Helper()
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// ask makes a request as the page in a browser does; the changes modify it.
func ask(s *Server, method, path, body string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://127.0.0.1:8337"+path, strings.NewReader(body))
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for _, c := range change {
		c(r)
	}
	w := httptest.NewRecorder()
	s.http.Handler.ServeHTTP(w, r)
	return w
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func hostHeader(name string) func(*http.Request) {
	return func(r *http.Request) { r.Host = name }
}

// listen serves over real connections.
func listen(t *testing.T, s *Server) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go s.Serve(l)
	return l.Addr().String()
}

func TestStateIsJSON(t *testing.T) {
	b := &board{state: State{Topics: []Topic{{
		Envelope: topics.Envelope{Instance: "thermo", Topic: "temperature", Type: "reading", Class: "state", Age: 1.5, Value: Value{topics.Reading{Value: 21.4, Unit: "°C"}}},
		Plugin:   "thermometer", Doc: "what it measures", Figures: map[string]float64{"reading": 21.4},
	}}}}
	w := ask(serve(t, b.options()), "GET", "/api/state", "")
	const want = `{"topics":[{"instance":"thermo","topic":"temperature","type":"reading","class":"state","age_s":1.5,` +
		`"value":{"value":21.4,"unit":"°C"},"plugin":"thermometer","doc":"what it measures"}]}` + "\n"
	if w.Body.String() != want || w.Header().Get("Content-Type") != "application/json" {
		t.Errorf("%v %s", w.Header(), w.Body)
	}
}

func TestAValueThatIsNotUTF8IsAnErrorInItsPlace(t *testing.T) {
	const want = `{"encode_error":"invalid UTF-8"}`
	if data, err := json.Marshal(Value{json.RawMessage("\"21 \xb0C\"")}); string(data) != want || err != nil {
		t.Errorf("got %s, %v, want %s", data, err, want)
	}
}

func TestHealthIsBadWhenNothingWorksAndStrictlyWhenAnythingFails(t *testing.T) {
	ok, degraded := Instance{Name: "clock", Health: "ok"}, Instance{Name: "trains", Health: "degraded", Why: "HTTP 503"}
	failed := Instance{Name: "lamp", Health: "failed", Why: "panic: no"}
	for _, c := range []struct {
		board  board
		loose  int
		strict int
		body   string
	}{
		{board{}, 200, 200, `{"health":"ok"}`},
		{board{state: State{Instances: []Instance{ok}}}, 200, 200, `{"health":"ok"}`},
		{board{state: State{Instances: []Instance{ok, degraded}}}, 200, 503, `{"health":"degraded","reasons":["trains: HTTP 503"]}`},
		{board{state: State{Instances: []Instance{degraded}}}, 200, 503, `{"health":"degraded","reasons":["trains: HTTP 503"]}`},
		{board{state: State{Instances: []Instance{failed, degraded}}}, 200, 503, `{"health":"failed","reasons":["lamp: panic: no","trains: HTTP 503"]}`},
		{board{state: State{Instances: []Instance{failed}}}, 503, 503, `{"health":"failed","reasons":["lamp: panic: no"]}`},
		{board{err: context.DeadlineExceeded}, 503, 503, `{"health":"failed","reasons":["event loop not responding: a task may be blocking it"]}`},
	} {
		for path, status := range map[string]int{"/healthz": c.loose, "/healthz?strict": c.strict} {
			w := ask(serve(t, c.board.options()), "GET", path, "")
			if got := strings.TrimSpace(w.Body.String()); w.Code != status || got != c.body {
				t.Errorf("%s: got %d %s, want %d %s", path, w.Code, got, status, c.body)
			}
		}
	}
}
