package web

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net"
	"net/http"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

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

// withoutTime removes the time from an event.
func withoutTime(event string) string {
	return regexp.MustCompile(`"at_s":[0-9.e-]+,`).ReplaceAllString(event, "")
}

func TestEveryClientGetsWhatIsPublished(t *testing.T) {
	b := new(board)
	s := serve(t, b.options())
	address := listen(t, s)
	one, _ := watch(t, address)
	other, _ := watch(t, address)
	if s.Clients() != 2 || !s.Publish(State{World: &WorldState{Speed: 1}}) {
		t.Fatalf("%d clients, or the state was not accepted", s.Clients())
	}
	for _, r := range []*bufio.Reader{one, other} {
		if got := withoutTime(event(t, r)); got != `{"world":{"faults":null,"speed":1}}` {
			t.Errorf("got %s", got)
		}
	}
}

func TestClientAboveTheLimitIsRefused(t *testing.T) {
	b := new(board)
	s := serve(t, b.options())
	address := listen(t, s)
	for range maxClients {
		watch(t, address)
	}
	_, last := watch(t, address)
	text, _ := io.ReadAll(last.Body)
	if last.StatusCode != http.StatusServiceUnavailable || last.Header.Get("Retry-After") == "" || string(text) != "too many clients (limit 16)\n" || s.Clients() != maxClients {
		t.Errorf("status %d, %s; %d clients", last.StatusCode, text, s.Clients())
	}
}

func TestSlowClientIsDisconnectedAndDelaysNoOther(t *testing.T) {
	s := newStream(slog.New(slog.DiscardHandler), func() {})
	defer s.close()
	slow, _ := s.join(form{})
	fast, _ := s.join(form{})
	for range maxBehind + 1 {
		s.broadcast(func(form) []byte { return []byte("x") })
		<-fast
	}
	if s.count.Load() != 1 {
		t.Errorf("%d clients are left", s.count.Load())
	}
	read := 0
	for range slow {
		read++
	}
	if read != maxBehind {
		t.Errorf("%d events came before the slow client was disconnected", read)
	}
}

func TestStateThatCannotBeEncodedIsLeftOut(t *testing.T) {
	b := &board{state: State{Clock: &Clock{SystemError: math.NaN()}}}
	s := serve(t, b.options())
	if w := ask(s, "GET", "/api/state", ""); w.Code != http.StatusInternalServerError || w.Body.Len() == 0 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	r, _ := watch(t, listen(t, s))
	if !s.Publish(b.state) || !s.Publish(State{Instances: []Instance{}}) {
		t.Fatal("a state was not accepted")
	}
	if got := withoutTime(event(t, r)); got != `{"instances":[]}` {
		t.Errorf("got %s", got)
	}
}

func TestPublishReportsAStateThatIsNotAccepted(t *testing.T) {
	s := &stream{states: make(chan State, 1)} // nothing encodes
	if !s.publish(State{}) || s.publish(State{}) {
		t.Error("it accepted a state that has no room")
	}
}

func TestClientThatNeverReadsIsDisconnected(t *testing.T) {
	s := serve(t, new(board).options())
	s.stream.sendTimeout = 50 * time.Millisecond
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
			runtime.Gosched() // the server still tries to send it
			continue
		}
		s.stream.broadcast(func(form) []byte { return event })
		if sent += len(event); sent > 1<<20 {
			t.Fatal("the client got a megabyte and is still connected")
		}
	}
}

// behind tells whether an event waits to be sent to a client.
func (s *stream) behind() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for client := range s.clients {
		return len(client) > 0
	}
	return false
}

func TestCloseDisconnectsAllClients(t *testing.T) {
	b := new(board)
	s := serve(t, b.options())
	r, _ := watch(t, listen(t, s))
	s.Close()
	if _, err := io.ReadAll(r); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Log(err) // any end will do
	}
	if _, ok := s.stream.join(form{}); ok {
		t.Error("a client joined after Close")
	}
}

func TestEventsAreCompressedTogetherForClientsThatJoinAtAnyTime(t *testing.T) {
	s := serve(t, new(board).options())
	address := listen(t, s)
	join := func() (*bufio.Reader, *counter) {
		r, err := http.NewRequestWithContext(t.Context(), "GET", "http://"+address+"/events", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept-Encoding", "gzip") // by hand, so that the bytes can be counted
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { answer.Body.Close() })
		if answer.Header.Get("Content-Encoding") != "gzip" {
			t.Fatalf("%v", answer.Header)
		}
		bytes := &counter{Reader: answer.Body}
		unzipped, err := gzip.NewReader(bytes)
		if err != nil {
			t.Fatal(err)
		}
		return bufio.NewReader(unzipped), bytes
	}
	publish := func(n int) string {
		var names []Instance
		for i := range 20 {
			names = append(names, Instance{Name: fmt.Sprintf("instance %d of %d", i, n), Health: "ok"})
		}
		if !s.Publish(State{Instances: names}) {
			t.Fatal("the state was not accepted")
		}
		data, _ := json.Marshal(State{Instances: names})
		return string(data)
	}
	one, bytes := join()
	var plain int
	for n := range 3 {
		want := publish(n)
		if plain += len(want); withoutTime(event(t, one)) != want {
			t.Fatalf("event %d differs", n)
		}
	}
	if bytes.n > plain/8 {
		t.Errorf("%d bytes were sent as %d", plain, bytes.n)
	}
	other, _ := join()
	for n := range 3 {
		want := publish(n)
		for name, r := range map[string]*bufio.Reader{"the first": one, "the one that joined later": other} {
			if withoutTime(event(t, r)) != want {
				t.Fatalf("%s got another event %d", name, n)
			}
		}
	}
}

// counter counts what is read.
type counter struct {
	io.Reader
	n int
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += n
	return n, err
}

func TestTasksAreSentOnlyToClientsThatAskForThem(t *testing.T) {
	s := serve(t, new(board).options())
	address := listen(t, s)
	without, _ := watch(t, address)
	answer, err := http.Get("http://" + address + "/events?tasks")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	with := bufio.NewReader(answer.Body)
	s.Publish(State{Loop: &Loop{Wakeups: 7, Tasks: []Task{{Name: "fetch"}}}})
	if got := event(t, without); strings.Contains(got, "fetch") || !strings.Contains(got, `"wakeups":7`) {
		t.Errorf("without tasks: %s", got)
	}
	if got := event(t, with); !strings.Contains(got, `"name":"fetch"`) {
		t.Errorf("with tasks: %s", got)
	}
}

func TestEventsAndPingTellTheTimeByOneClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, new(board).options())
		client, _ := s.stream.join(form{})
		time.Sleep(90 * time.Second)
		s.Publish(State{})
		at := `{"at_s":90}`
		if got := string(<-client); got != "data: "+at+"\n\n" {
			t.Errorf("an event: %s", got)
		}
		if got := ask(s, "GET", "/api/ping", "").Body.String(); got != at+"\n" {
			t.Errorf("the ping: %s", got)
		}
	})
}
