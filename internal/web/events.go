package web

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

const (
	// maxClients is how many may watch at a time.
	maxClients = 16
	// maxBehind is how many events a client may be behind before it is dropped:
	// it reconnects by itself, and is told everything then.
	maxBehind = 16
	// sendTime is how long a client may take for one event.
	sendTime = 5 * time.Second
)

// stream carries states from the loop to the clients that watch.
type stream struct {
	log      *slog.Logger
	joined   func()     // hears of each client that comes
	states   chan State // from the loop to the one goroutine that encodes
	done     chan struct{}
	sendTime time.Duration
	life     string // this daemon's; the page loads itself again when it is another one

	mu      sync.Mutex
	clients map[chan []byte]bool
	closed  bool
}

func newStream(log *slog.Logger, joined func()) *stream {
	s := &stream{
		log: log, joined: joined, states: make(chan State, 4), done: make(chan struct{}),
		sendTime: sendTime, life: rand.Text(), clients: map[chan []byte]bool{},
	}
	go s.run()
	return s
}

// publish hands a state to the clients. It never waits; false: the state was not
// taken, since the ones before it are not encoded yet.
func (s *stream) publish(state State) bool {
	select {
	case s.states <- state:
		return true
	default:
		return false
	}
}

// run encodes each state once, and hands it to whoever watches.
func (s *stream) run() {
	for {
		select {
		case <-s.done:
			return
		case state := <-s.states:
			data, err := json.Marshal(state)
			if err != nil {
				s.log.Error("a state cannot be encoded, and the page does not show it", "err", err)
				continue
			}
			s.broadcast(fmt.Appendf(nil, "data: %s\n\n", data))
		}
	}
}

func (s *stream) broadcast(event []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for client := range s.clients {
		select {
		case client <- event:
		default:
			s.drop(client)
		}
	}
}

// count returns how many clients watch.
func (s *stream) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.clients)
}

// join adds a client; false: there are too many, or it is the end.
func (s *stream) join() (chan []byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || len(s.clients) == maxClients {
		return nil, false
	}
	client := make(chan []byte, maxBehind)
	s.clients[client] = true
	return client, true
}

func (s *stream) leave(client chan []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(client)
}

// drop ends a client's stream. The lock is held.
func (s *stream) drop(client chan []byte) {
	if s.clients[client] {
		delete(s.clients, client)
		close(client)
	}
}

// close ends every stream.
func (s *stream) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	s.closed = true
	close(s.done)
	for client := range s.clients {
		s.drop(client)
	}
}

// ServeHTTP serves one client's stream.
func (s *stream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	client, ok := s.join()
	if !ok {
		w.Header().Set("Retry-After", "10")
		http.Error(w, fmt.Sprintf("%d browsers watch already", maxClients), http.StatusServiceUnavailable)
		return
	}
	defer s.leave(client)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no") // or nginx would keep events until it has many
	out := http.NewResponseController(w)
	_ = out.SetReadDeadline(time.Time{}) // there is nothing more to read, for as long as it takes
	if err := s.send(w, out, fmt.Appendf(nil, "id: %s\nretry: 1000\n\n", s.life)); err != nil {
		return
	}
	s.joined()
	for {
		select {
		case <-r.Context().Done():
			return
		case event, ok := <-client:
			if !ok || s.send(w, out, event) != nil {
				return
			}
		}
	}
}

// send writes an event, in the time that it may take.
func (s *stream) send(w http.ResponseWriter, out *http.ResponseController, event []byte) error {
	if err := out.SetWriteDeadline(time.Now().Add(s.sendTime)); err != nil {
		return err
	}
	if _, err := w.Write(event); err != nil {
		return err
	}
	return out.Flush()
}
