package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"
)

// minTokenLength, in characters, makes guessing a token hopeless.
const minTokenLength = 16

// authenticator is the middleware that asks for the token. Programs send it in the
// header Authorization: Bearer. A browser shows a login form once and then sends a
// cookie that is derived from the token.
type authenticator struct {
	token  string
	cookie string
	next   http.Handler
	log    *slog.Logger

	delayed  chan struct{} // failed attempts whose answer is delayed
	mu       sync.Mutex
	lastWarn time.Time
}

const (
	failureDelay = time.Second // before a failed attempt is answered
	maxDelayed   = 4           // failed attempts at a time; more are refused at once
	warnInterval = time.Minute
)

const cookieName = "ptvd"

// CheckToken refuses a token that could be guessed.
func CheckToken(token string) error {
	if len(token) < minTokenLength {
		return fmt.Errorf("token too short: it has %d characters, and needs at least %d", len(token), minTokenLength)
	}
	return nil
}

// requireToken returns a handler that asks for the token, or next if there is none.
func requireToken(log *slog.Logger, token string, next http.Handler) (http.Handler, error) {
	if token == "" {
		return next, nil
	}
	if err := CheckToken(token); err != nil {
		return nil, fmt.Errorf("http.token: %w", err)
	}
	mac := hmac.New(sha256.New, []byte(token))
	mac.Write([]byte("the page of ptvd"))
	return &authenticator{
		token: token, cookie: hex.EncodeToString(mac.Sum(nil)), next: next, log: log,
		delayed: make(chan struct{}, maxDelayed),
	}, nil
}

func (a *authenticator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case a.isAuthenticated(r):
		a.next.ServeHTTP(w, r)
	case r.Method == http.MethodPost && r.URL.Path == "/login":
		a.login(w, r)
	case r.Method == http.MethodGet && r.URL.Path == "/page.css":
		a.next.ServeHTTP(w, r) // the login form uses it
	case hasCredentials(w, r) && !a.throttle(w, r):
	case r.Method == http.MethodGet && r.URL.Path == "/":
		w.WriteHeader(http.StatusUnauthorized)
		serveFile(w, "login.html")
	default:
		w.Header().Set("WWW-Authenticate", `Bearer realm="ptvd"`)
		http.Error(w, "authentication required: send the header Authorization: Bearer TOKEN", http.StatusUnauthorized)
	}
}

func (a *authenticator) isAuthenticated(r *http.Request) bool {
	if cookie, err := r.Cookie(cookieName); err == nil && equal(cookie.Value, a.cookie) {
		return true
	}
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return ok && equal(token, a.token)
}

// hasCredentials tells whether a request that is not authenticated carries
// credentials, which are wrong then. It deletes a wrong cookie.
func hasCredentials(w http.ResponseWriter, r *http.Request) bool {
	_, err := r.Cookie(cookieName)
	if err == nil {
		http.SetCookie(w, &http.Cookie{Name: cookieName, Path: "/", MaxAge: -1})
	}
	return err == nil || r.Header.Get("Authorization") != ""
}

// login answers the login form.
func (a *authenticator) login(w http.ResponseWriter, r *http.Request) {
	if !equal(r.PostFormValue("token"), a.token) {
		if !a.throttle(w, r) {
			return
		}
		w.WriteHeader(http.StatusUnauthorized)
		serveFile(w, "login.html")
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: cookieName, Value: a.cookie, Path: "/", MaxAge: 365 * 24 * 60 * 60,
		HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// throttle delays the answer to a failed attempt, so that guessing takes too long,
// and logs it. It returns false if the request is already answered or gone.
func (a *authenticator) throttle(w http.ResponseWriter, r *http.Request) bool {
	a.warn(r.RemoteAddr)
	select {
	case a.delayed <- struct{}{}:
		defer func() { <-a.delayed }()
	default:
		w.Header().Set("Retry-After", "1")
		http.Error(w, "too many failed authentication attempts", http.StatusTooManyRequests)
		return false
	}
	select {
	case <-time.After(failureDelay):
		return true
	case <-r.Context().Done():
		return false
	}
}

// warn logs a failed attempt, at most once in a warnInterval.
func (a *authenticator) warn(remote string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if now := time.Now(); a.lastWarn.IsZero() || now.Sub(a.lastWarn) >= warnInterval {
		a.lastWarn = now
		a.log.Warn("authentication failed: invalid token", "remote_addr", remote)
	}
}

// equal compares in constant time, whatever the lengths.
func equal(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}
