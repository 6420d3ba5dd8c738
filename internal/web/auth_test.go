package web

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const token = "a token that is long enough"

func TestConfiguredTokenIsRequiredEverywhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := new(board).options()
		o.Token = token
		s := serve(t, o)
		for _, path := range []string{"/app.js", "/api/state", "/events", "/metrics", "/healthz", "/nothing"} {
			if got := ask(s, "GET", path, "").Code; got != 401 {
				t.Errorf("%s: status %d", path, got)
			}
		}
		if w := ask(s, "POST", "/api/do", `{"do":"call"}`); w.Code != 401 {
			t.Errorf("a command: status %d", w.Code)
		}
		if w := ask(s, "GET", "/", ""); w.Code != 401 || !strings.Contains(w.Body.String(), `action="/login"`) {
			t.Errorf("the page: %d %s", w.Code, w.Body)
		}
		if w := ask(s, "GET", "/metrics", "", header("Authorization", "Bearer "+token)); w.Code != 200 {
			t.Errorf("a program with the token: status %d", w.Code)
		}
		if w := ask(s, "GET", "/metrics", "", header("Authorization", "Bearer "+token+"x")); w.Code != 401 {
			t.Errorf("a program with another token: status %d", w.Code)
		}
	})
}

func TestBrowserLogsInOnceAndThenSendsACookie(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := new(board).options()
		o.Token = token
		s := serve(t, o)
		form := header("Content-Type", "application/x-www-form-urlencoded")
		w := ask(s, "POST", "/login", "token="+strings.ReplaceAll(token, " ", "+"), form)
		cookie := w.Result().Cookies()
		if w.Code != 303 || len(cookie) != 1 || !cookie[0].HttpOnly || cookie[0].SameSite != http.SameSiteStrictMode || strings.Contains(cookie[0].Value, "token") {
			t.Fatalf("%d %v", w.Code, cookie)
		}
		with := func(r *http.Request) { r.AddCookie(cookie[0]) }
		if w := ask(s, "GET", "/api/state", "", with); w.Code != 200 {
			t.Errorf("with its cookie: status %d", w.Code)
		}
		old := func(r *http.Request) { r.AddCookie(&http.Cookie{Name: cookieName, Value: "of another token"}) }
		if w := ask(s, "GET", "/", "", old); w.Code != 401 || len(w.Result().Cookies()) != 1 || w.Result().Cookies()[0].MaxAge >= 0 {
			t.Errorf("with the cookie of another token: %d %v", w.Code, w.Result().Cookies())
		}
		if w := ask(s, "POST", "/login", "token=wrong", form); w.Code != 401 || len(w.Result().Cookies()) != 0 {
			t.Errorf("with a wrong token: %d %v", w.Code, w.Result().Cookies())
		}
		if w := ask(s, "POST", "/login", "token="+token, form, header("Sec-Fetch-Site", "cross-site")); w.Code != 403 {
			t.Errorf("from another origin: status %d", w.Code)
		}
	})
}

func TestShortTokenIsRefused(t *testing.T) {
	o := new(board).options()
	o.Token = "hunter2"
	if _, err := New(o); err == nil || strings.Contains(err.Error(), o.Token) {
		t.Errorf("got %v", err)
	}
}

func TestFailedAttemptsAreDelayedLimitedAndLoggedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		next := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
		handler, err := requireToken(slog.New(slog.NewTextHandler(&log, nil)), token, next)
		if err != nil {
			t.Fatal(err)
		}
		began, status := time.Now(), make(chan int, 16)
		attempt := func(name, value string) {
			r := httptest.NewRequest("GET", "/api/state", nil)
			r.Header.Set(name, value)
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			status <- w.Code
		}
		for i := range maxDelayed + 1 {
			if i%2 == 0 {
				go attempt("Authorization", "Bearer wrong")
			} else {
				go attempt("Cookie", cookieName+"=wrong")
			}
		}
		if first := <-status; first != http.StatusTooManyRequests || time.Now() != began {
			t.Errorf("the attempt above the limit: %d", first)
		}
		if attempt("Authorization", "Bearer "+token); <-status != http.StatusOK || time.Now() != began {
			t.Error("a request with the right token is delayed")
		}
		if second := <-status; second != http.StatusUnauthorized || time.Since(began) != failureDelay {
			t.Errorf("%d after %v", second, time.Since(began))
		}
		if n := strings.Count(log.String(), "invalid token"); n != 1 {
			t.Errorf("logged %d times", n)
		}
	})
}
