package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
)

// Command is what a client asks the daemon to do.
type Command struct {
	Do     string  `json:"do"`               // one of the verbs below
	Action string  `json:"action,omitempty"` // to call: instance.action
	Arg    string  `json:"arg,omitempty"`    // of the action
	Times  int     `json:"times,omitempty"`  // how often it is called, 1 to 20; 0 means once
	Name   string  `json:"name,omitempty"`   // of a fault
	Amount float64 `json:"amount,omitempty"` // the speed of time
}

// The verbs of a Command.
const (
	Call  = "call"  // calls an action of an instance
	Renew = "renew" // prolongs one that another action ends
	Break = "break" // causes a fault of the world …
	Mend  = "mend"  // … and ends it
	Speed = "speed" // changes the speed of time
)

const (
	maxCommand = 5 << 10 // of a body, in bytes: a message to a panel is the longest
	maxName    = 64      // in bytes
	maxTimes   = 20
)

func readCommand(from io.Reader) (c Command, err error) {
	d := json.NewDecoder(from)
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return Command{}, fmt.Errorf("invalid command: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return Command{}, errors.New("invalid command: data after the JSON object")
	}
	switch {
	case !slices.Contains([]string{Call, Renew, Break, Mend, Speed}, c.Do):
		return Command{}, fmt.Errorf("unknown command %.20q; use call, renew, break, mend or speed", c.Do)
	case len(c.Name) > maxName || len(c.Action) > 2*maxName:
		return Command{}, fmt.Errorf("name too long (limit %d bytes)", maxName)
	case c.Times < 0 || c.Times > maxTimes:
		return Command{}, fmt.Errorf("times must be from 1 to %d", maxTimes)
	}
	return c, nil
}

// refusal is an error with the status that answers it where a message is refused.
type refusal struct {
	status int
	error
}

// Unwrap returns the error.
func (r refusal) Unwrap() error { return r.error }

// Refuse returns an error of Do with the status that answers it where it is about a message.
func Refuse(status int, err error) error { return refusal{status, err} }

// The statuses for Refuse. Any other error is a 409.
const (
	InvalidArgument = http.StatusUnprocessableEntity
	Full            = http.StatusInsufficientStorage
)

// routeMessages adds the routes for messages to the panels, whose paths and bodies are those
// of AWTRIX. They are calls of actions like all others: what may not be called by
// /api/do may not be called by them.
func (s *Server) routeMessages(routes *http.ServeMux) {
	name := func(r *http.Request) (string, error) { return r.PathValue("name"), nil } // empty where the path has none
	body := func(r *http.Request) (string, error) {
		body, err := io.ReadAll(r.Body)
		return string(body), err
	}
	routes.HandleFunc("POST /api/v1/notifications", s.callPanels("show", body))
	routes.HandleFunc("DELETE /api/v1/notifications/{name}", s.callPanels("dismiss", name))
	routes.HandleFunc("DELETE /api/v1/notifications", s.callPanels("dismiss", name))
	routes.HandleFunc("PUT /api/v1/apps/pushed/{name}", s.callPanels("push", func(r *http.Request) (string, error) {
		text, err := body(r)
		return r.PathValue("name") + " " + text, err
	}))
	routes.HandleFunc("DELETE /api/v1/apps/pushed/{name}", s.callPanels("remove", name))
}

// callPanels calls an action of every instance that takes messages: one that publishes
// them.
func (s *Server) callPanels(action string, arg func(*http.Request) (string, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		arg, err := arg(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		state, ok := s.snapshot(w, r)
		if !ok {
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), loopTimeout)
		defer cancel()
		panels := 0
		var failed error
		for _, t := range state.Topics {
			if t.Type == "messages" {
				panels++
				failed = errors.Join(failed, s.options.Do(ctx, Command{Do: Call, Action: t.Instance + "." + action, Arg: strings.TrimSpace(arg)}))
			}
		}
		switch refused, ok := errors.AsType[refusal](failed); {
		case panels == 0:
			http.Error(w, "no instance takes messages: configure a display", http.StatusNotFound)
		case ok:
			http.Error(w, failed.Error(), refused.status)
		case failed != nil:
			http.Error(w, failed.Error(), http.StatusConflict)
		default:
			w.WriteHeader(http.StatusNoContent)
		}
	}
}
