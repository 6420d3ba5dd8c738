package web

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// board is a daemon as the server knows it.
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

// ask makes a request the way a browser does that shows the page, but for what the
// changes say.
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

func host(name string) func(*http.Request) {
	return func(r *http.Request) { r.Host = name }
}

func TestThePageIsSmallAndComesFromHereAlone(t *testing.T) {
	entries, err := parts.ReadDir("page")
	if err != nil || len(entries) < 5 {
		t.Fatal(entries, err)
	}
	s, size := serve(t, new(board).options()), 0
	for _, entry := range entries {
		w := ask(s, "GET", "/"+entry.Name(), "")
		body := w.Body.String()
		size += len(body)
		if w.Code != 200 || strings.Contains(body, "src=\"http") || strings.Contains(body, "@import") {
			t.Errorf("%s: status %d, or something from elsewhere", entry.Name(), w.Code)
		}
		if entry.Name() == "index.html" && ask(s, "GET", "/", "").Body.String() != body {
			t.Error("the page is not at /")
		}
	}
	if size > 60_000 {
		t.Errorf("the page has %d bytes; 60 kB are the most", size)
	}
	if w := ask(s, "GET", "/nothing.js", ""); w.Code != 404 {
		t.Errorf("nothing.js: %d", w.Code)
	}
}

func TestEveryAnswerForbidsWhatThePageDoesNotNeed(t *testing.T) {
	s := serve(t, new(board).options())
	for _, path := range []string{"/", "/app.js", "/api/state", "/nothing"} {
		h := ask(s, "GET", path, "").Header()
		for name, want := range map[string]string{
			"Content-Security-Policy":      "default-src 'none'; script-src 'self'",
			"X-Content-Type-Options":       "nosniff",
			"Referrer-Policy":              "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
		} {
			if !strings.HasPrefix(h.Get(name), want) {
				t.Errorf("%s: %s is %q", path, name, h.Get(name))
			}
		}
		if h.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: other origins may read it", path)
		}
	}
}

func TestOnlyThisMachinesOwnNamesAreAnswered(t *testing.T) {
	s := serve(t, new(board).options())
	for name, want := range map[string]int{
		"127.0.0.1:8337": 200, "127.0.0.1": 200, "localhost:8337": 200, "LOCALHOST.": 200, "[::1]:8337": 200, "192.0.2.7:8337": 200,
		"evil.example:8337": 421, "127.0.0.1.evil.example": 421, "localhost.evil.example": 421, "": 421,
	} {
		if got := ask(s, "GET", "/api/state", "", host(name)).Code; got != want {
			t.Errorf("Host %q: status %d, want %d", name, got, want)
		}
	}
}

func TestAProxysNamesAreAnsweredIfTheyAreConfigured(t *testing.T) {
	b := new(board)
	o := b.options()
	o.Names = []string{"Board.example"}
	s := serve(t, o)
	for name, want := range map[string]int{"board.example": 204, "Board.Example:443": 204, "evil.example": 421, "x.board.example": 421} {
		origin := header("Origin", "https://"+name)
		if got := ask(s, "POST", "/api/do", `{"do":"press","name":"bell"}`, host(name), origin, header("Sec-Fetch-Site", "")).Code; got != want {
			t.Errorf("Host %q: status %d, want %d", name, got, want)
		}
	}
}

func TestAPageOfAnotherOriginMayLinkHereAndNothingElse(t *testing.T) {
	b := new(board)
	s := serve(t, b.options())
	link := []func(*http.Request){header("Sec-Fetch-Mode", "navigate"), header("Sec-Fetch-Dest", "document")}
	for name, test := range map[string]struct {
		method, path, site string
		more               []func(*http.Request)
		want               int
	}{
		"a link to the page":        {"GET", "/", "cross-site", link, 200},
		"the page in a frame":       {"GET", "/", "cross-site", []func(*http.Request){header("Sec-Fetch-Mode", "navigate"), header("Sec-Fetch-Dest", "iframe")}, 403},
		"its script":                {"GET", "/app.js", "cross-site", nil, 403},
		"the state":                 {"GET", "/api/state", "cross-site", nil, 403},
		"the state, same site":      {"GET", "/api/state", "same-site", nil, 403},
		"the events":                {"GET", "/events", "cross-site", nil, 403},
		"an old browser's question": {"GET", "/api/state", "", []func(*http.Request){header("Origin", "http://evil.example")}, 403},
		"a question from a file":    {"GET", "/events", "", []func(*http.Request){header("Origin", "null")}, 403},
		"the page's own question":   {"GET", "/api/state", "", []func(*http.Request){header("Origin", "http://127.0.0.1:8337")}, 200},
		"a form that is sent here":  {"POST", "/api/do", "cross-site", link, 403},
		"a command, same site":      {"POST", "/api/do", "same-site", nil, 403},
		"an old browser's command":  {"POST", "/api/do", "", []func(*http.Request){header("Origin", "http://evil.example")}, 403},
		"the page's own command":    {"POST", "/api/do", "same-origin", []func(*http.Request){header("Origin", "http://127.0.0.1:8337")}, 204},
		"a program's command":       {"POST", "/api/do", "", nil, 204},
		"a command by GET":          {"GET", "/api/do", "same-origin", nil, 405},
	} {
		t.Run(name, func(t *testing.T) {
			b.done = nil
			body := map[string]string{"POST": `{"do":"press","name":"bell"}`}[test.method]
			w := ask(s, test.method, test.path, body, append(test.more, header("Sec-Fetch-Site", test.site))...)
			if w.Code != test.want || (w.Code == 204) != (len(b.done) == 1) {
				t.Errorf("status %d, want %d; done: %v", w.Code, test.want, b.done)
			}
		})
	}
}

const token = "a token that is long enough"

func TestATokenIsAskedForWhereverThereIsOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := new(board).options()
		o.Token = token
		s := serve(t, o)
		for _, path := range []string{"/app.js", "/api/state", "/events", "/metrics", "/healthz", "/nothing"} {
			if got := ask(s, "GET", path, "").Code; got != 401 {
				t.Errorf("%s: status %d", path, got)
			}
		}
		if w := ask(s, "POST", "/api/do", `{"do":"press"}`); w.Code != 401 {
			t.Errorf("a command: status %d", w.Code)
		}
		if w := ask(s, "GET", "/", ""); w.Code != 401 || !strings.Contains(w.Body.String(), `action="/login"`) {
			t.Errorf("the page: %d %s", w.Code, w.Body)
		}
		if w := ask(s, "GET", "/metrics", "", header("Authorization", "Bearer "+token)); w.Code != 200 {
			t.Errorf("a program that shows it: status %d", w.Code)
		}
		if w := ask(s, "GET", "/metrics", "", header("Authorization", "Bearer "+token+"x")); w.Code != 401 {
			t.Errorf("a program that shows another: status %d", w.Code)
		}
	})
}

func TestABrowserShowsTheTokenOnceAndThenACookie(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := new(board).options()
		o.Token = token
		s := serve(t, o)
		form := header("Content-Type", "application/x-www-form-urlencoded")
		w := ask(s, "POST", "/login", "token="+strings.ReplaceAll(token, " ", "+"), form)
		cookie := w.Result().Cookies()
		if w.Code != 303 || len(cookie) != 1 || !cookie[0].HttpOnly || cookie[0].SameSite != http.SameSiteStrictMode || strings.Contains(cookie[0].Value, "token") {
			t.Fatalf("%d %v", w.Code, cookie)
		}
		with := func(r *http.Request) { r.AddCookie(cookie[0]) }
		if w := ask(s, "GET", "/api/state", "", with); w.Code != 200 {
			t.Errorf("with its cookie: status %d", w.Code)
		}
		old := func(r *http.Request) { r.AddCookie(&http.Cookie{Name: cookieName, Value: "of another token"}) }
		if w := ask(s, "GET", "/", "", old); w.Code != 401 || len(w.Result().Cookies()) != 1 || w.Result().Cookies()[0].MaxAge >= 0 {
			t.Errorf("with the cookie of another token: %d %v", w.Code, w.Result().Cookies())
		}
		if w := ask(s, "POST", "/login", "token=wrong", form); w.Code != 401 || len(w.Result().Cookies()) != 0 {
			t.Errorf("with a wrong token: %d %v", w.Code, w.Result().Cookies())
		}
		if w := ask(s, "POST", "/login", "token="+token, form, header("Sec-Fetch-Site", "cross-site")); w.Code != 403 {
			t.Errorf("from another origin: status %d", w.Code)
		}
	})
}

func TestAShortTokenIsRefused(t *testing.T) {
	o := new(board).options()
	o.Token = "short"
	if _, err := New(o); err == nil || strings.Contains(err.Error(), "short") {
		t.Errorf("got %v", err)
	}
}

func TestHeadersAndBodiesAreBounded(t *testing.T) {
	s := serve(t, new(board).options())
	large := `{"do":"press","name":"` + strings.Repeat("x", maxCommand) + `"}`
	if w := ask(s, "POST", "/api/do", large); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a large body: status %d", w.Code)
	}
	address := listen(t, s)
	r, _ := http.NewRequest("GET", "http://"+address+"/", nil)
	r.Header.Set("X-Large", strings.Repeat("x", 64<<10))
	answer, err := http.DefaultClient.Do(r)
	if err != nil || answer.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("large headers: %v, %v", answer, err)
	}
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

func TestACommandIsRefusedUnlessItMakesSense(t *testing.T) {
	b := new(board)
	s := serve(t, b.options())
	for body, want := range map[string]int{
		`{"do":"press","name":"bell"}`:             204,
		`{"do":"turn","name":"lamp","amount":-20}`: 204,
		`{"do":"turn","name":"lamp","amount":21}`:  400,
		`{"do":"turn","name":"lamp","amount":0.5}`: 400,
		`{"do":"explode"}`:                         400,
		`{"do":"press","nam":"bell"}`:              400,
		`{"do":"press"}{"do":"press"}`:             400,
		`{"do":`:                                   400,
		``:                                         400,
	} {
		if w := ask(s, "POST", "/api/do", body); w.Code != want {
			t.Errorf("%s: status %d, want %d: %s", body, w.Code, want, w.Body)
		}
	}
	b.wrong = errors.New("there is no such fault")
	if w := ask(s, "POST", "/api/do", `{"do":"break","name":"x"}`); w.Code != 409 || w.Body.String() != "there is no such fault\n" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func FuzzCommand(f *testing.F) {
	f.Add([]byte(`{"do":"turn","name":"lamp","amount":-20}`))
	f.Add([]byte(`{"do":"speed","amount":1e308}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		c, err := readCommand(strings.NewReader(string(body)))
		if err != nil {
			return
		}
		again, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := readCommand(strings.NewReader(string(again))); err != nil || got != c {
			t.Errorf("%s: %+v became %+v (%v)", body, c, got, err)
		}
	})
}

func TestHealthNamesWhoIsIll(t *testing.T) {
	well, ill := Instance{Name: "clock", Health: "ok"}, Instance{Name: "trains", Health: "degraded", Why: "HTTP 503"}
	dead := Instance{Name: "lamp", Health: "failed", Why: "panic: no"}
	for want, b := range map[string]*board{
		`200 {"health":"ok"}`: {state: State{Instances: []Instance{well}}},
		`503 {"health":"degraded","reasons":["trains: HTTP 503"]}`:                                 {state: State{Instances: []Instance{well, ill}}},
		`503 {"health":"failed","reasons":["lamp: panic: no","trains: HTTP 503"]}`:                 {state: State{Instances: []Instance{dead, ill}}},
		`503 {"health":"failed","reasons":["the loop does not answer: a task may be holding it"]}`: {err: context.DeadlineExceeded},
	} {
		w := ask(serve(t, b.options()), "GET", "/healthz", "")
		if got := strings.TrimSpace(fmt.Sprint(w.Code, " ", w.Body)); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestTheStateIsJSON(t *testing.T) {
	b := &board{state: State{Panels: []Panel{{Instance: "panel", Width: 32, Height: 8, Rows: []string{"ff00aa55"}, Brightness: 1, Text: "3 min"}}}}
	w := ask(serve(t, b.options()), "GET", "/api/state", "")
	const want = `{"panels":[{"instance":"panel","width":32,"height":8,"rows":["ff00aa55"],"brightness":1,"text":"3 min"}]}` + "\n"
	if w.Body.String() != want || w.Header().Get("Content-Type") != "application/json" {
		t.Errorf("%v %s", w.Header(), w.Body)
	}
}

func TestMetricsAreThoseOfTheState(t *testing.T) {
	b := &board{state: State{
		Clock:      &Clock{Known: true, SystemError: -0.25},
		Departures: []Stop{{Instance: "trains", Age: 12.5}, {Instance: "trams", Age: -1}},
		Instances: []Instance{{
			Name: "trains", Plugin: "ptv", Health: "degraded", Restarts: 2,
			Meter: map[string]float64{"fetches_ok_total": 7, "no name": 1},
		}},
		Loop: &Loop{SPIBytes: 4096, Tasks: []Task{{Instance: "trains", Name: "a \"fetch\"é", Runs: 9, Longest: 0.002, LateP99: 0.5}}},
	}}
	text := ask(serve(t, b.options()), "GET", "/metrics", "").Body.String()
	for _, want := range []string{
		"# TYPE ptvd_fetches_ok_total counter\nptvd_fetches_ok_total{instance=\"trains\"} 7\n",
		`ptvd_instance_health{instance="trains",plugin="ptv",health="degraded"} 1`,
		`ptvd_instance_health{instance="trains",plugin="ptv",health="ok"} 0`,
		`ptvd_instance_restarts_total{instance="trains"} 2`,
		`ptvd_departures_age_seconds{instance="trains"} 12.5`,
		`ptvd_clock_system_error_seconds -0.25`,
		`ptvd_spi_bytes_total 4096`,
		`ptvd_task_runs_total{instance="trains",task="a \"fetch\"é"} 9`,
		`ptvd_task_lateness_seconds{instance="trains",task="a \"fetch\"é",quantile="0.99"} 0.5`,
		"# HELP ptvd_fetches_ok_total A figure of the plugin's own.\n",
		"# HELP ptvd_spi_bytes_total Bytes that went over SPI.\n",
		"# TYPE ptvd_task_longest_step_seconds gauge\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %s", want)
		}
	}
	if strings.Contains(text, "no name") || strings.Contains(text, "trams") {
		t.Errorf("it has what is no figure:\n%s", text)
	}
}

// watch opens a stream of events and returns a reader of its lines.
func watch(t *testing.T, address string) (*bufio.Reader, *http.Response) {
	t.Helper()
	answer, err := http.Get("http://" + address + "/events")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	return bufio.NewReader(answer.Body), answer
}

// event returns the data of the next event.
func event(t *testing.T, r *bufio.Reader) string {
	t.Helper()
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if data, ok := strings.CutPrefix(line, "data: "); ok {
			return strings.TrimSpace(data)
		}
	}
}

func TestWhoWatchesIsToldWhatIsPublished(t *testing.T) {
	b := new(board)
	s := serve(t, b.options())
	address := listen(t, s)
	one, _ := watch(t, address)
	other, _ := watch(t, address)
	if s.Clients() != 2 || !s.Publish(State{Buttons: []Button{{Instance: "bell"}}}) {
		t.Fatalf("%d clients, or it was not taken", s.Clients())
	}
	for _, r := range []*bufio.Reader{one, other} {
		if got := event(t, r); got != `{"buttons":[{"instance":"bell","down":false,"offered":false}]}` {
			t.Errorf("got %s", got)
		}
	}
}

func TestTheSeventeenthIsToldToComeLater(t *testing.T) {
	b := new(board)
	s := serve(t, b.options())
	address := listen(t, s)
	for range maxClients {
		watch(t, address)
	}
	_, last := watch(t, address)
	text, _ := io.ReadAll(last.Body)
	if last.StatusCode != http.StatusServiceUnavailable || last.Header.Get("Retry-After") == "" || s.Clients() != maxClients {
		t.Errorf("status %d, %s; %d clients", last.StatusCode, text, s.Clients())
	}
}

func TestAClientThatDoesNotReadIsDroppedAndNobodyWaits(t *testing.T) {
	s := newStream(slog.New(slog.DiscardHandler), func() {})
	defer s.close()
	slow, _ := s.join()
	quick, _ := s.join()
	for range maxBehind + 1 {
		s.broadcast([]byte("x"))
		<-quick
	}
	if s.count() != 1 {
		t.Errorf("%d clients are left", s.count())
	}
	read := 0
	for range slow {
		read++
	}
	if read != maxBehind {
		t.Errorf("%d events came before its stream ended", read)
	}
}

func TestAStateThatCannotBeEncodedIsLeftOut(t *testing.T) {
	b := &board{state: State{Clock: &Clock{SystemError: math.NaN()}}}
	s := serve(t, b.options())
	if w := ask(s, "GET", "/api/state", ""); w.Code != http.StatusInternalServerError || w.Body.Len() == 0 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	r, _ := watch(t, listen(t, s))
	if !s.Publish(b.state) || !s.Publish(State{Buttons: []Button{}}) {
		t.Fatal("it was not taken")
	}
	if got := event(t, r); got != `{"buttons":[]}` {
		t.Errorf("got %s", got)
	}
}

func TestManyWhoAskAtOnceTakeOneStateOfTheLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		s := newShared(func(context.Context) (State, error) {
			asked++
			time.Sleep(time.Millisecond)
			return State{}, nil
		})
		for range 16 {
			go s.ask(t.Context())
		}
		synctest.Wait()
		s.ask(t.Context())
		if asked != 1 {
			t.Errorf("the loop was asked %d times", asked)
		}
		time.Sleep(stateLife)
		if s.ask(t.Context()); asked != 2 {
			t.Error("an old state was given")
		}
	})
}

func TestAClientThatNeverReadsIsGoneSoon(t *testing.T) {
	s := serve(t, new(board).options())
	s.stream.sendTime = 50 * time.Millisecond
	c, err := net.Dial("tcp", listen(t, s))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.(*net.TCPConn).SetReadBuffer(4 << 10)
	fmt.Fprint(c, "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
	for s.Clients() == 0 {
		runtime.Gosched()
	}
	event, sent := bytes.Repeat([]byte("x"), 32<<10), 0
	for s.Clients() > 0 {
		if s.stream.behind() {
			runtime.Gosched() // it is being sent, or waits for the client in vain
			continue
		}
		s.stream.broadcast(event)
		if sent += len(event); sent > 1<<20 {
			t.Fatal("it was sent a megabyte, and is still there")
		}
	}
}

// behind tells whether an event waits for a client.
func (s *stream) behind() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for client := range s.clients {
		return len(client) > 0
	}
	return false
}

func TestMoreConnectionsThanThereMayBeAreClosed(t *testing.T) {
	address := listen(t, serve(t, new(board).options()))
	for range maxConnections {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("it was answered")
	}
}

func TestWrongTokensTakeTheirTimeAndAreToldOfOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		next := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
		door, err := behindToken(slog.New(slog.NewTextHandler(&log, nil)), token, next)
		if err != nil {
			t.Fatal(err)
		}
		began, status := time.Now(), make(chan int, 16)
		show := func(name, value string) {
			r := httptest.NewRequest("GET", "/api/state", nil)
			r.Header.Set(name, value)
			w := httptest.NewRecorder()
			door.ServeHTTP(w, r)
			status <- w.Code
		}
		for i := range wrongAtOnce + 1 {
			if i%2 == 0 {
				go show("Authorization", "Bearer wrong")
			} else {
				go show("Cookie", cookieName+"=wrong")
			}
		}
		if first := <-status; first != http.StatusTooManyRequests || time.Now() != began {
			t.Errorf("the one too many: %d", first)
		}
		if show("Authorization", "Bearer "+token); <-status != http.StatusOK || time.Now() != began {
			t.Error("who has the token waits for who has not")
		}
		if second := <-status; second != http.StatusUnauthorized || time.Since(began) != wrongTakes {
			t.Errorf("%d after %v", second, time.Since(began))
		}
		if n := strings.Count(log.String(), "wrong token"); n != 1 {
			t.Errorf("told of %d times", n)
		}
	})
}

func TestAStateThatCannotBeTakenIsGivenBack(t *testing.T) {
	s := &stream{states: make(chan State, 1)} // nobody encodes
	if !s.publish(State{}) || s.publish(State{}) {
		t.Error("it waits, or forgets")
	}
}

func TestCloseEndsEveryStream(t *testing.T) {
	b := new(board)
	s := serve(t, b.options())
	r, _ := watch(t, listen(t, s))
	s.Close()
	if _, err := io.ReadAll(r); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Log(err) // however it ends, it does
	}
	if _, ok := s.stream.join(); ok {
		t.Error("a client came after the end")
	}
}
