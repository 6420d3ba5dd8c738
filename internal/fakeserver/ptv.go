// Package fakeserver contains fakes of the PTV Timetable API and of an NTP server,
// for the demo and for tests. They answer like the real servers, over real
// connections if wanted, and can be made to fail.
package fakeserver

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// Credentials for [PTV], and a stop where trains leave every two minutes.
const (
	DemoID   = "3000999"
	DemoKey  = "5d2f7a10-0b6e-4c1d-9a53-e8f1c4b7d260"
	DemoStop = 1099
)

// PTV is a fake of the PTV Timetable API, version 3: an [http.Handler] that checks
// signatures and answers requests of departures. A reply depends on the request and the
// time only. Its methods are safe for concurrent use.
type PTV struct {
	Faults
	now          func() time.Time
	mux          *http.ServeMux
	cancelledRun atomic.Value // the run reference of CancelNext
}

var _ http.Handler = (*PTV)(nil)

// NewPTV returns a server with the given clock, which must be safe for concurrent
// use.
func NewPTV(now func() time.Time) *PTV {
	p := &PTV{now: now, mux: http.NewServeMux()}
	p.mux.HandleFunc("GET /v3/departures/route_type/{type}/stop/{stop}", p.departures)
	p.mux.HandleFunc("GET /v3/departures/route_type/{type}/stop/{stop}/route/{route}", p.departures)
	p.mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		writeError(w, http.StatusNotFound, "No HTTP resource was found that matches the request URI.")
	})
	p.Reinstate()
	return p
}

// Handle adds a request that the server answers, by a pattern of [http.ServeMux]. It is
// called before the first request.
func (p *PTV) Handle(pattern string, answer http.HandlerFunc) { p.mux.HandleFunc(pattern, answer) }

// ServeHTTP answers a request whose signature is valid, and otherwise refuses it.
func (p *PTV) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", p.now().UTC().Format(http.TimeFormat))
	switch {
	case p.Failing(w, r):
	case r.URL.Query().Get("devid") != DemoID:
		writeError(w, http.StatusBadRequest, "Bad Request (400): The devid is unknown.")
	case !validSignature(r):
		writeError(w, http.StatusForbidden, "Forbidden (403): The signature does not match the request.")
	default:
		p.mux.ServeHTTP(w, r)
	}
}

// validSignature checks the signature over the request line exactly as it was
// received.
func validSignature(r *http.Request) bool {
	request, signature, _ := strings.Cut(r.URL.RequestURI(), "&signature=")
	mac := hmac.New(sha1.New, []byte(DemoKey))
	mac.Write([]byte(request))
	got, err := hex.DecodeString(signature)
	return err == nil && hmac.Equal(mac.Sum(nil), got)
}

// Faults makes a server fail, and counts its requests. The zero value is ready. Its methods
// are safe for concurrent use.
type Faults struct {
	fault    atomic.Pointer[http.HandlerFunc] // nil: none
	requests atomic.Int64
}

// Fail makes the server answer every request with a fault, such as [Throttled], from the
// next one on; nil ends it.
func (f *Faults) Fail(fault http.HandlerFunc) {
	if fault == nil {
		f.fault.Store(nil)
		return
	}
	f.fault.Store(&fault)
}

// Requests returns how many requests were received.
func (f *Faults) Requests() int { return int(f.requests.Load()) }

// Failing counts a request, and answers it if the server fails.
func (f *Faults) Failing(w http.ResponseWriter, r *http.Request) bool {
	f.requests.Add(1)
	fault := f.fault.Load()
	if fault != nil {
		(*fault)(w, r)
	}
	return fault != nil
}

// Throttled is the fault that the limit of requests is reached.
func Throttled(w http.ResponseWriter, _ *http.Request) {
	writeError(w, http.StatusForbidden, "Forbidden (403): Throttling limit reached for this service.")
}

// Status returns a fault that answers with an HTTP status.
func Status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { writeError(w, code, http.StatusText(code)) }
}

// healthy is the status of every reply.
var healthy = object{"version": "3.0", "health": 1}

func writeError(w http.ResponseWriter, code int, message string) {
	WriteJSON(w, code, object{"message": message, "status": healthy})
}

// WriteJSON sends a reply.
func WriteJSON(w http.ResponseWriter, code int, reply any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(reply) // fails only if the client is gone
}
