package web

import (
	"bytes"
	"compress/flate"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
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
	started     time.Time

	count      atomic.Int32 // of the clients; read without the lock, which is held while events are encoded
	mu         sync.Mutex
	clients    map[chan []byte]form // nil: the stream is closed
	compressed map[bool]*compressor // by form.tasks, of the forms that a client wants
}

// form is how a client wants its events.
type form struct {
	tasks bool // with the tasks of the loop, which are most of a state
	gzip  bool
}

func newStream(log *slog.Logger, joined func()) *stream {
	s := &stream{
		log: log, joined: joined, states: make(chan State, 4), done: make(chan struct{}), started: time.Now(),
		sendTimeout: sendTimeout, runID: rand.Text(), clients: map[chan []byte]form{}, compressed: map[bool]*compressor{},
	}
	go s.run()
	return s
}

// now returns the time of the server's monotonic clock, in seconds, for [State].At.
func (s *stream) now() float64 { return time.Since(s.started).Seconds() }

// publish sends a state to all clients. It never waits; it returns false, and the
// state is lost, while earlier ones still wait to be encoded.
func (s *stream) publish(state State) bool {
	state.At = s.now()
	select {
	case s.states <- state:
		return true
	default:
		return false
	}
}

// run encodes each state once for each form and sends it to all clients.
func (s *stream) run() {
	for {
		select {
		case <-s.done:
			return
		case state := <-s.states:
			if err := s.send(state); err != nil {
				s.log.Error("state not sent to clients: cannot encode it as JSON", "err", err)
			}
		}
	}
}

func (s *stream) send(state State) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	events := map[form][]byte{}
	for _, f := range s.clients {
		if events[f] != nil {
			continue
		}
		plain, err := encode(state, f.tasks)
		if err != nil {
			return err
		}
		if events[f] = plain; f.gzip {
			events[f] = s.compressed[f.tasks].compress(plain)
		}
	}
	s.broadcast(func(f form) []byte { return events[f] })
	return nil
}

// encode returns the event of a state.
func encode(state State, tasks bool) ([]byte, error) {
	if state.Loop != nil && !tasks {
		loop := *state.Loop
		loop.Tasks = nil
		state.Loop = &loop
	}
	data, err := json.Marshal(state)
	return fmt.Appendf(nil, "data: %s\n\n", data), err
}

// broadcast sends an event to all clients. The caller holds the lock.
func (s *stream) broadcast(event func(form) []byte) {
	for client, f := range s.clients {
		select {
		case client <- event(f):
		default:
			s.drop(client)
		}
	}
}

// compressor turns events into the blocks of a deflate stream that all its clients
// share. It is reset for each client that joins, so that no block refers to data that
// one of them has not received. A compressor for each client would take a megabyte for
// each.
type compressor struct {
	deflate *flate.Writer
	block   bytes.Buffer
	joined  bool // a client joined since the last event
}

func (c *compressor) compress(event []byte) []byte {
	c.block.Reset()
	if c.joined {
		c.deflate.Reset(&c.block)
		c.joined = false
	}
	_, _ = c.deflate.Write(event) // to memory
	_ = c.deflate.Flush()
	return bytes.Clone(c.block.Bytes())
}

// gzipHeader begins a gzip stream (RFC 1952, section 2.3). Events have no end, so the
// checksum at the end is never sent.
const gzipHeader = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"

// stored returns a deflate block that is not compressed (RFC 1951, section 3.2.4).
func stored(data []byte) []byte {
	n := uint16(len(data))
	return append([]byte{0, byte(n), byte(n >> 8), byte(^n), byte(^n >> 8)}, data...)
}

// join adds a client. It returns false if there are too many or the stream is closed.
func (s *stream) join(f form) (chan []byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.clients == nil || len(s.clients) == maxClients {
		return nil, false
	}
	if f.gzip {
		if s.compressed[f.tasks] == nil {
			deflate, _ := flate.NewWriter(nil, flate.BestSpeed) // the level is valid
			s.compressed[f.tasks] = &compressor{deflate: deflate}
		}
		s.compressed[f.tasks].joined = true
	}
	client := make(chan []byte, maxBehind)
	s.clients[client] = f
	s.count.Add(1)
	return client, true
}

func (s *stream) leave(client chan []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(client)
	for tasks := range s.compressed { // its memory is needed only while a client wants it
		if !slices.Contains(slices.Collect(maps.Values(s.clients)), form{tasks, true}) {
			delete(s.compressed, tasks)
		}
	}
}

// drop disconnects a client. The caller holds the lock.
func (s *stream) drop(client chan []byte) {
	if _, is := s.clients[client]; is {
		delete(s.clients, client)
		s.count.Add(-1)
		close(client)
	}
}

func (s *stream) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.clients == nil {
		return
	}
	close(s.done)
	for client := range s.clients {
		s.drop(client)
	}
	s.clients = nil
}

// ServeHTTP serves one client.
func (s *stream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f := form{tasks: r.URL.Query().Has("tasks"), gzip: acceptsGzip(r)}
	client, ok := s.join(f)
	if !ok {
		w.Header().Set("Retry-After", "10")
		http.Error(w, fmt.Sprintf("too many clients (limit %d)", maxClients), http.StatusServiceUnavailable)
		return
	}
	defer s.leave(client)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no") // otherwise nginx collects events before it passes them on
	first := fmt.Appendf(nil, "id: %s\nretry: 1000\n\n", s.runID)
	if f.gzip {
		w.Header().Set("Content-Encoding", "gzip")
		first = append([]byte(gzipHeader), stored(first)...)
	}
	out := http.NewResponseController(w)
	_ = out.SetReadDeadline(time.Time{}) // nothing more is read, and the stream has no end
	if err := s.write(w, out, first); err != nil {
		return
	}
	s.joined()
	for {
		select {
		case <-r.Context().Done():
			return
		case event, ok := <-client:
			if !ok || s.write(w, out, event) != nil {
				return
			}
		}
	}
}

// write sends an event within the time limit.
func (s *stream) write(w http.ResponseWriter, out *http.ResponseController, event []byte) error {
	if err := out.SetWriteDeadline(time.Now().Add(s.sendTimeout)); err != nil {
		return err
	}
	if _, err := w.Write(event); err != nil {
		return err
	}
	return out.Flush()
}
