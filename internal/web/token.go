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

// minToken is how many characters a token has at least: more than can be guessed.
const minToken = 16

// doorman lets in who knows the token. A program shows it in the header
// Authorization: Bearer; a browser is asked for it once, and then shows a cookie
// that follows from it.
type doorman struct {
	token  string
	cookie string
	next   http.Handler
	log    *slog.Logger

	waiting chan struct{} // wrong tokens that wait for their answer
	mu      sync.Mutex
	warned  time.Time
}

const (
	wrongTakes  = time.Second // until a wrong token is answered
	wrongAtOnce = 4           // that wait so; more are sent away
	warnEvery   = time.Minute
)

const cookieName = "ptvd"

// behindToken returns a handler that asks for a token, if there is one.
func behindToken(log *slog.Logger, token string, next http.Handler) (http.Handler, error) {
	if token == "" {
		return next, nil
	}
	if len(token) < minToken {
		return nil, fmt.Errorf("the token has %d characters: at least %d are needed", len(token), minToken)
	}
	mac := hmac.New(sha256.New, []byte(token))
	mac.Write([]byte("the page of ptvd"))
	return &doorman{
		token: token, cookie: hex.EncodeToString(mac.Sum(nil)), next: next, log: log,
		waiting: make(chan struct{}, wrongAtOnce),
	}, nil
}

func (d *doorman) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case d.knows(r):
		d.next.ServeHTTP(w, r)
	case r.Method == http.MethodPost && r.URL.Path == "/login":
		d.login(w, r)
	case r.Method == http.MethodGet && r.URL.Path == "/page.css":
		d.next.ServeHTTP(w, r) // the question should look well, too
	case guesses(w, r) && !d.holdUp(w, r):
	case r.Method == http.MethodGet && r.URL.Path == "/":
		w.WriteHeader(http.StatusUnauthorized)
		servePart(w, "login.html")
	default:
		w.Header().Set("WWW-Authenticate", `Bearer realm="ptvd"`)
		http.Error(w, "a token is needed", http.StatusUnauthorized)
	}
}

func (d *doorman) knows(r *http.Request) bool {
	if cookie, err := r.Cookie(cookieName); err == nil && same(cookie.Value, d.cookie) {
		return true
	}
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return ok && same(token, d.token)
}

// guesses tells whether a request shows something that is wrong. A cookie is as good
// as the token that it follows from; one that is wrong is taken away.
func guesses(w http.ResponseWriter, r *http.Request) bool {
	_, err := r.Cookie(cookieName)
	if err == nil {
		http.SetCookie(w, &http.Cookie{Name: cookieName, Path: "/", MaxAge: -1})
	}
	return err == nil || r.Header.Get("Authorization") != ""
}

// login takes the token from the form.
func (d *doorman) login(w http.ResponseWriter, r *http.Request) {
	if !same(r.PostFormValue("token"), d.token) {
		if !d.holdUp(w, r) {
			return
		}
		w.WriteHeader(http.StatusUnauthorized)
		servePart(w, "login.html")
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: cookieName, Value: d.cookie, Path: "/", MaxAge: 365 * 24 * 60 * 60,
		HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// holdUp makes who showed a wrong token wait, so that guessing takes for ever, and
// warns. False: the request is over.
func (d *doorman) holdUp(w http.ResponseWriter, r *http.Request) bool {
	d.warn(r.RemoteAddr)
	select {
	case d.waiting <- struct{}{}:
		defer func() { <-d.waiting }()
	default:
		w.Header().Set("Retry-After", "1")
		http.Error(w, "too many wrong tokens at a time", http.StatusTooManyRequests)
		return false
	}
	select {
	case <-time.After(wrongTakes):
		return true
	case <-r.Context().Done():
		return false
	}
}

// warn says that somebody guesses, but not each time.
func (d *doorman) warn(from string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if now := time.Now(); d.warned.IsZero() || now.Sub(d.warned) >= warnEvery {
		d.warned = now
		d.log.Warn("somebody has shown the page a wrong token", "from", from)
	}
}

// same compares in a time that tells nothing.
func same(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}
