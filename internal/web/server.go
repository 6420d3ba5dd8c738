// Package web serves the page that shows the board in a browser, and the same data
// to programs:
//
//	GET  /             the page
//	GET  /events       changes, as server-sent events; with the loop's tasks: ?tasks
//	GET  /api/state    the whole state as JSON
//	GET  /api/ping     the server's clock
//	POST /api/do       executes one [Command], sent as JSON
//	GET  /healthz      200 while anything works; ?strict: while everything does; else 503
//	GET  /metrics      figures in the Prometheus text format
//
// docs/api.md describes them. Everything shown is a [State]: plain data that the
// event loop makes and does not keep. The server runs on its own goroutines and
// reaches the loop only through [Options], so that no client can delay the loop.
//
// # Access
//
// The Host header of a request must name this machine, which prevents DNS rebinding.
// Pages of other origins may link here; all other requests that a browser sends for
// them are refused. If a token is configured, every request must be authenticated.
// Requests, connections and clients are limited in time, size and number.
package web

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"
)

// Options connect a server to the daemon. The functions are called on any goroutine;
// they return what the event loop answers, or the context's error.
type Options struct {
	Log    *slog.Logger
	Token  string   // empty: no authentication
	Names  []string // host names that are accepted beside the machine's own
	State  func(context.Context) (State, error)
	Do     func(context.Context, Command) error
	Joined func() // called for each new client of /events
}

// Server serves the page.
type Server struct {
	options Options
	http    *http.Server
	stream  *stream
	cache   *snapshotCache
}

// loopTimeout limits how long a request waits for the event loop.
const loopTimeout = 3 * time.Second

// New returns a server that does not listen yet. Close must be called in any case.
func New(o Options) (*Server, error) {
	s := &Server{options: o, stream: newStream(o.Log, o.Joined), cache: newSnapshotCache(o.State)}
	routes := http.NewServeMux()
	routes.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { serveFile(w, r, "index.html") })
	routes.HandleFunc("GET /{file}", func(w http.ResponseWriter, r *http.Request) { serveFile(w, r, r.PathValue("file")) })
	routes.Handle("GET /events", s.stream)
	routes.HandleFunc("GET /api/state", s.state)
	routes.HandleFunc("GET /api/ping", s.ping)
	routes.HandleFunc("POST /api/do", s.do)
	s.routeMessages(routes)
	routes.HandleFunc("GET /healthz", s.health)
	routes.HandleFunc("GET /metrics", s.metrics)
	handler, err := requireToken(o.Log, o.Token, routes)
	if err != nil {
		s.stream.close()
		return nil, err
	}
	s.http = &http.Server{
		Handler:           protect(o.Names, handler),
		ConnContext:       func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, connKey{}, c) },
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      10 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    8 << 10,
		ErrorLog:          slog.NewLogLogger(o.Log.Handler(), slog.LevelDebug),
	}
	return s, nil
}

// Serve answers requests until the server is closed; it returns nil then.
func (s *Server) Serve(l net.Listener) error {
	err := s.http.Serve(&limitListener{Listener: l})
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.http.Handler.ServeHTTP(w, r) }

// Close closes the listener and all connections.
func (s *Server) Close() error {
	s.stream.close()
	return s.http.Close()
}

// Clients returns the number of clients of /events. Without any, nothing needs to be
// published.
func (s *Server) Clients() int { return int(s.stream.count.Load()) }

// Publish sends a state to all clients. It never waits; it returns false if the state
// was not accepted, since earlier ones still wait to be encoded.
func (s *Server) Publish(state State) bool { return s.stream.publish(state) }

func (s *Server) state(w http.ResponseWriter, r *http.Request) {
	if state, ok := s.snapshot(w, r); ok {
		answer(w, http.StatusOK, state)
	}
}

// ping tells the time by the clock that At of events counts. It does not ask the loop.
func (s *Server) ping(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, State{At: s.stream.now()})
}

// LoopBlocked is what a client is told if the loop does not answer in time.
const LoopBlocked = "event loop not responding: a task may be blocking it"

// snapshot gets the state from the loop. If that fails it answers the request itself
// and returns false.
func (s *Server) snapshot(w http.ResponseWriter, r *http.Request) (State, bool) {
	ctx, cancel := context.WithTimeout(r.Context(), loopTimeout)
	defer cancel()
	state, err := s.cache.snapshot(ctx)
	if err != nil {
		answer(w, http.StatusServiceUnavailable, health{"failed", []string{LoopBlocked}})
		return State{}, false
	}
	return state, true
}

func (s *Server) do(w http.ResponseWriter, r *http.Request) {
	c, err := readCommand(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), loopTimeout)
	defer cancel()
	if err := s.options.Do(ctx, c); err != nil {
		http.Error(w, err.Error(), http.StatusConflict)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// health is the answer of /healthz.
type health struct {
	Health  string   `json:"health"` // of the instance that is worst off
	Reasons []string `json:"reasons,omitempty"`
}

// health answers 503 when the loop is silent or no instance works: what a restart may
// cure. With ?strict it does so when any instance is not ok.
func (s *Server) health(w http.ResponseWriter, r *http.Request) {
	state, ok := s.snapshot(w, r)
	if !ok {
		return
	}
	h, works := health{Health: "ok"}, len(state.Instances) == 0
	for _, i := range state.Instances {
		works = works || i.Health != "failed"
		if i.Health == "ok" {
			continue
		}
		if h.Health != "failed" {
			h.Health = i.Health
		}
		h.Reasons = append(h.Reasons, strings.TrimSuffix(i.Name+": "+i.Why, ": "))
	}
	if !works || r.URL.Query().Has("strict") && h.Health != "ok" {
		answer(w, http.StatusServiceUnavailable, h)
		return
	}
	answer(w, http.StatusOK, h)
}

func answer(w http.ResponseWriter, status int, what any) {
	data, err := json.Marshal(what)
	if err != nil {
		http.Error(w, "cannot encode the answer as JSON: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write(append(data, '\n'))
}

// snapshotCache gives requests that come at about the same time the same snapshot,
// so that many clients cost the event loop no more than a few.
type snapshotCache struct {
	get     func(context.Context) (State, error)
	lock    chan struct{} // a mutex that can be awaited together with a context
	state   State
	expires time.Time
}

// maxSnapshotAge limits the age of a snapshot that is given to another request.
const maxSnapshotAge = 250 * time.Millisecond

func newSnapshotCache(get func(context.Context) (State, error)) *snapshotCache {
	return &snapshotCache{get: get, lock: make(chan struct{}, 1)}
}

// snapshot returns a state that the caller must not change.
func (c *snapshotCache) snapshot(ctx context.Context) (State, error) {
	select {
	case c.lock <- struct{}{}:
		defer func() { <-c.lock }()
	case <-ctx.Done():
		return State{}, ctx.Err()
	}
	// The monotonic clock stands still while the machine is suspended, the wall clock may be set.
	if now := time.Now(); now.Before(c.expires) && now.Round(0).Before(c.expires.Round(0)) {
		return c.state, nil
	}
	state, err := c.get(ctx)
	if err != nil {
		return State{}, err
	}
	c.state, c.expires = state, time.Now().Add(maxSnapshotAge)
	return state, nil
}
