package web

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"html"
	"log/slog"
	"net"
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
	cookie string // its value
	next   http.Handler
	log    *slog.Logger

	delayed  chan struct{} // failed attempts whose answer is delayed
	mu       sync.Mutex
	lastWarn time.Time
}

const (
	failureDelay = time.Second // before a failed attempt is answered
	maxDelayed   = 4           // failed attempts at a time; more are refused at once
	warnInterval = time.Minute // at least, between two warnings of failed attempts
)

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

// cookieName has the port in it: a browser sends cookies to all ports of a host, so two
// boards behind one name would overwrite each other's.
func cookieName(r *http.Request) string {
	if _, port, err := net.SplitHostPort(r.Host); err == nil {
		return "ptvd-" + port
	}
	return "ptvd"
}

func (a *authenticator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	isPage := r.Method == http.MethodGet && r.URL.Path == "/"
	cookie, _ := r.Cookie(cookieName(r))
	token, isProgram := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	switch {
	case r.URL.Path == "/login" && r.Method == http.MethodPost: // also from a second window that still asks
		a.login(w, r)
	case r.URL.Path == "/login": // after a wrong token the browser has this address
		http.Redirect(w, r, "/", http.StatusSeeOther)
	case cookie != nil && equal(cookie.Value, a.cookie), isProgram && equal(token, a.token):
		a.next.ServeHTTP(w, r)
	case r.Method == http.MethodGet && r.URL.Path == "/page.css":
		a.next.ServeHTTP(w, r) // the login form uses it
	case (cookie != nil || r.Header.Get("Authorization") != "") && !a.throttle(r):
		tooMany(w, isPage)
	case isPage && cookie != nil:
		http.SetCookie(w, &http.Cookie{Name: cookieName(r), Path: "/", MaxAge: -1})
		serveLogin(w, http.StatusUnauthorized, "The token of this board has changed since you signed in.")
	case isPage:
		serveLogin(w, http.StatusUnauthorized, "")
	default:
		w.Header().Set("WWW-Authenticate", `Bearer realm="ptvd"`)
		http.Error(w, "authentication required: send the header Authorization: Bearer TOKEN", http.StatusUnauthorized)
	}
}

func (a *authenticator) login(w http.ResponseWriter, r *http.Request) {
	if !equal(r.PostFormValue("token"), a.token) {
		if !a.throttle(r) {
			tooMany(w, true)
			return
		}
		serveLogin(w, http.StatusUnauthorized, "This is not the token of this board.")
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: cookieName(r), Value: a.cookie, Path: "/", MaxAge: 365 * 24 * 60 * 60,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, // Strict would ask again after a link from another site
	})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// serveLogin answers with the login form, and with what was wrong before.
func serveLogin(w http.ResponseWriter, status int, problem string) {
	form := bytes.Replace(assets()["login.html"].plain, []byte("<!-- problem -->"), []byte(html.EscapeString(problem)), 1)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write(form)
}

// throttle delays the answer to a failed attempt, so that guessing takes too long,
// and logs it. It returns false if too many are delayed already.
func (a *authenticator) throttle(r *http.Request) bool {
	a.mu.Lock()
	if now := time.Now(); now.Sub(a.lastWarn) >= warnInterval {
		a.lastWarn = now
		a.log.Warn("authentication failed: invalid token", "remote_addr", r.RemoteAddr)
	}
	a.mu.Unlock()
	select {
	case a.delayed <- struct{}{}:
		defer func() { <-a.delayed }()
	default:
		return false
	}
	select {
	case <-time.After(failureDelay):
	case <-r.Context().Done():
	}
	return true
}

// tooMany answers a failed attempt above the limit.
func tooMany(w http.ResponseWriter, isBrowser bool) {
	const problem = "Too many failed authentication attempts; try again in a second."
	w.Header().Set("Retry-After", "1")
	if isBrowser {
		serveLogin(w, http.StatusTooManyRequests, problem)
		return
	}
	http.Error(w, problem, http.StatusTooManyRequests)
}

// equal compares in constant time, whatever the lengths.
func equal(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}
