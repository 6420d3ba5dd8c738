package fakeserver

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"
)

// What a client of [PTV] needs: credentials, and the stop where trains leave
// every two minutes.
const (
	DemoID   = "3000999"
	DemoKey  = "5d2f7a10-0b6e-4c1d-9a53-e8f1c4b7d260"
	DemoStop = 1099
)

// PTV is a server of the PTV Timetable API, version 3, as far as ptvd asks it: an
// [http.Handler] that checks signatures. What it says follows from the time
// alone: the same moment gives the same reply. All its methods may be called
// from any goroutine.
type PTV struct {
	now func() time.Time
	mux *http.ServeMux

	mu     sync.Mutex
	fault  PTVFault
	struck string // the run that was cancelled by hand
	asked  int
}

var _ http.Handler = (*PTV)(nil)

// PTVFault is how a server fails; the zero value is one that does not.
type PTVFault struct {
	Status    int  // it answers with this HTTP status
	Throttled bool // it finds that it is asked too often
	HTML      bool // a web page comes instead, as in networks that want a login
	Unhealthy bool // it says of itself that it does not work
	Silent    bool // it takes the question and does not answer
}

// NewPTV returns a server with the given clock, which any goroutine may call.
func NewPTV(now func() time.Time) *PTV {
	p := &PTV{now: now, mux: http.NewServeMux()}
	p.mux.HandleFunc("GET /v3/departures/route_type/{type}/stop/{stop}", p.departures)
	p.mux.HandleFunc("GET /v3/departures/route_type/{type}/stop/{stop}/route/{route}", p.departures)
	p.mux.HandleFunc("GET /v3/directions/route/{route}", p.directions)
	p.mux.HandleFunc("GET /v3/search/{term}", p.search)
	p.mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, http.StatusNotFound, "No HTTP resource was found that matches the request URI.")
	})
	return p
}

// Fail makes the server fail from the next request on.
func (p *PTV) Fail(fault PTVFault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault = fault
}

// Asked returns how many requests came.
func (p *PTV) Asked() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked
}

// ServeHTTP answers a request, if it is signed as it should be.
func (p *PTV) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.asked++
	fault := p.fault
	p.mu.Unlock()

	w.Header().Set("Date", p.now().UTC().Format(http.TimeFormat))
	switch {
	case fault != PTVFault{}:
		fault.serve(w, r)
	case r.URL.Query().Get("devid") != DemoID:
		refuse(w, http.StatusBadRequest, "Bad Request (400): The devid is not known.")
	case !hasGoodSignature(r):
		refuse(w, http.StatusForbidden, "Forbidden (403): The signature does not fit the request.")
	default:
		p.mux.ServeHTTP(w, r)
	}
}

// hasGoodSignature computes what the client should have computed, from the
// request as it came over the line.
func hasGoodSignature(r *http.Request) bool {
	request, signature, _ := strings.Cut(r.URL.RequestURI(), "&signature=")
	mac := hmac.New(sha1.New, []byte(DemoKey))
	mac.Write([]byte(request))
	got, err := hex.DecodeString(signature)
	return err == nil && hmac.Equal(mac.Sum(nil), got)
}

func (f PTVFault) serve(w http.ResponseWriter, r *http.Request) {
	switch {
	case f.Silent:
		<-r.Context().Done()
	case f.Throttled:
		refuse(w, http.StatusForbidden, "Forbidden (403): Throttling limit reached for this service.")
	case f.HTML:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Write([]byte("<!DOCTYPE html><title>Welcome</title><p>Please accept the terms of use.\n"))
	case f.Unhealthy:
		answer(w, http.StatusOK, map[string]any{"departures": []any{}, "status": status{apiVersion, 0}})
	default:
		refuse(w, f.Status, http.StatusText(f.Status))
	}
}

const apiVersion = "3.0"

// status ends every reply.
type status struct {
	Version string `json:"version"`
	Health  int    `json:"health"`
}

var healthy = status{apiVersion, 1}

func refuse(w http.ResponseWriter, code int, message string) {
	answer(w, code, map[string]any{"message": message, "status": healthy})
}

func answer(w http.ResponseWriter, code int, reply any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(code)
	json.NewEncoder(w).Encode(reply)
}
