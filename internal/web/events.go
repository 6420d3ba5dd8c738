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
	// maxClients limits the clients of /events.
	maxClients = 16
	// maxBehind is how many events a client may lag behind before it is
	// disconnected. A browser reconnects by itself and gets the whole state then.
	maxBehind = 16
	// sendTimeout limits how long sending one event to a client may take.
	sendTimeout = 5 * time.Second
)

// stream distributes states from the loop to the clients of /events.
type stream struct {
	log         *slog.Logger
	joined      func()     // called for each new client
	states      chan State // from the loop to the goroutine that encodes
	done        chan struct{}
	sendTimeout time.Duration
	runID       string // of this process; the page reloads itself when it changes

	mu      sync.Mutex
	clients map[chan []byte]bool
	closed  bool
}

func newStream(log *slog.Logger, joined func()) *stream {
	s := &stream{
		log: log, joined: joined, states: make(chan State, 4), done: make(chan struct{}),
		sendTimeout: sendTimeout, runID: rand.Text(), clients: map[chan []byte]bool{},
	}
	go s.run()
	return s
}

// publish sends a state to all clients. It never waits; it returns false, and the
// state is lost, while earlier ones still wait to be encoded.
func (s *stream) publish(state State) bool {
	select {
	case s.states <- state:
		return true
	default:
		return false
	}
}

// run encodes each state once and sends it to all clients.
func (s *stream) run() {
	for {
		select {
		case <-s.done:
			return
		case state := <-s.states:
			data, err := json.Marshal(state)
			if err != nil {
				s.log.Error("state not sent to clients: cannot encode it as JSON", "err", err)
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

// count returns the number of clients.
func (s *stream) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.clients)
}

// join adds a client. It returns false if there are too many or the stream is closed.
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

// drop disconnects a client. The caller holds the lock.
func (s *stream) drop(client chan []byte) {
	if s.clients[client] {
		delete(s.clients, client)
		close(client)
	}
}

// close disconnects all clients.
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

// ServeHTTP serves one client.
func (s *stream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	client, ok := s.join()
	if !ok {
		w.Header().Set("Retry-After", "10")
		http.Error(w, fmt.Sprintf("too many clients (limit %d)", maxClients), http.StatusServiceUnavailable)
		return
	}
	defer s.leave(client)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no") // otherwise nginx collects events before it passes them on
	out := http.NewResponseController(w)
	_ = out.SetReadDeadline(time.Time{}) // nothing more is read, and the stream has no end
	if err := s.send(w, out, fmt.Appendf(nil, "id: %s\nretry: 1000\n\n", s.runID)); err != nil {
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

// send writes an event within the time limit.
func (s *stream) send(w http.ResponseWriter, out *http.ResponseController, event []byte) error {
	if err := out.SetWriteDeadline(time.Now().Add(s.sendTimeout)); err != nil {
		return err
	}
	if _, err := w.Write(event); err != nil {
		return err
	}
	return out.Flush()
}
