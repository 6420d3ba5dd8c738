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

// Options are what a server needs of the daemon. Its functions are called on any
// goroutine, and come back from the loop or with the context's error.
type Options struct {
	Log    *slog.Logger
	Token  string   // empty: none is asked for
	Names  []string // by which it is asked for beside the machine's own
	State  func(context.Context) (State, error)
	Do     func(context.Context, Command) error
	Joined func() // hears of each client of events that comes
}

// Server serves the page.
type Server struct {
	options Options
	http    *http.Server
	stream  *stream
	shared  *shared
}

// patience is how long a request waits for the loop.
const patience = 3 * time.Second

// New returns a server that does not listen yet. Close it in the end.
func New(o Options) (*Server, error) {
	s := &Server{options: o, stream: newStream(o.Log, o.Joined), shared: newShared(o.State)}
	routes := http.NewServeMux()
	routes.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { servePart(w, "index.html") })
	routes.HandleFunc("GET /{part}", func(w http.ResponseWriter, r *http.Request) { servePart(w, r.PathValue("part")) })
	routes.Handle("GET /events", s.stream)
	routes.HandleFunc("GET /api/state", s.state)
	routes.HandleFunc("POST /api/do", s.do)
	routes.HandleFunc("GET /healthz", s.health)
	routes.HandleFunc("GET /metrics", s.metrics)
	handler, err := behindToken(o.Log, o.Token, routes)
	if err != nil {
		s.stream.close()
		return nil, err
	}
	s.http = &http.Server{
		Handler:           guard(o.Names, handler),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      10 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    8 << 10,
		ErrorLog:          slog.NewLogLogger(o.Log.Handler(), slog.LevelDebug),
	}
	return s, nil
}

// Serve answers requests until the server is closed.
func (s *Server) Serve(l net.Listener) error {
	err := s.http.Serve(&bounded{Listener: l})
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// ServeHTTP answers one request, from whatever connection.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.http.Handler.ServeHTTP(w, r) }

// Close ends all connections.
func (s *Server) Close() error {
	s.stream.close()
	return s.http.Close()
}

// Clients returns how many watch. Where none does, nothing need be published.
func (s *Server) Clients() int { return s.stream.count() }

// Publish hands a state to who watches. It never waits; false: it was not taken.
func (s *Server) Publish(state State) bool { return s.stream.publish(state) }

func (s *Server) state(w http.ResponseWriter, r *http.Request) {
	if state, ok := s.ask(w, r); ok {
		answer(w, http.StatusOK, state)
	}
}

// ask gets the state from the loop, or says that it did not come.
func (s *Server) ask(w http.ResponseWriter, r *http.Request) (State, bool) {
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	state, err := s.shared.ask(ctx)
	if err != nil {
		answer(w, http.StatusServiceUnavailable, health{"failed", []string{"the loop does not answer: a task may be holding it"}})
		return State{}, false
	}
	return state, true
}

func (s *Server) do(w http.ResponseWriter, r *http.Request) {
	c, err := readCommand(r.Body)
	if err != nil {
		status := http.StatusBadRequest
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			status = http.StatusRequestEntityTooLarge
		}
		http.Error(w, err.Error(), status)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	if err := s.options.Do(ctx, c); err != nil {
		http.Error(w, err.Error(), http.StatusConflict)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// health is what /healthz says.
type health struct {
	Health  string   `json:"health"` // the worst of all instances
	Reasons []string `json:"reasons,omitempty"`
}

func (s *Server) health(w http.ResponseWriter, r *http.Request) {
	state, ok := s.ask(w, r)
	if !ok {
		return
	}
	h, status := health{Health: "ok"}, http.StatusOK
	for _, i := range state.Instances {
		if i.Health == "ok" {
			continue
		}
		status = http.StatusServiceUnavailable
		if h.Health != "failed" {
			h.Health = i.Health
		}
		h.Reasons = append(h.Reasons, strings.TrimSuffix(i.Name+": "+i.Why, ": "))
	}
	answer(w, status, h)
}

func answer(w http.ResponseWriter, status int, what any) {
	data, err := json.Marshal(what)
	if err != nil {
		http.Error(w, "the answer cannot be encoded: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write(append(data, '\n'))
}
