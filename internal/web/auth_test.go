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
		if w.Code != 303 || len(cookie) != 1 || !cookie[0].HttpOnly || cookie[0].SameSite != http.SameSiteLaxMode || strings.Contains(cookie[0].Value, "token") {
			t.Fatalf("%d %v", w.Code, cookie)
		}
		with := func(r *http.Request) { r.AddCookie(cookie[0]) }
		if w := ask(s, "GET", "/api/state", "", with); w.Code != 200 {
			t.Errorf("with its cookie: status %d", w.Code)
		}
		old := func(r *http.Request) { r.AddCookie(&http.Cookie{Name: cookie[0].Name, Value: "of another token"}) }
		if w := ask(s, "GET", "/", "", old); w.Code != 401 || len(w.Result().Cookies()) != 1 || w.Result().Cookies()[0].MaxAge >= 0 {
			t.Errorf("with the cookie of another token: %d %v", w.Code, w.Result().Cookies())
		}
		if w := ask(s, "POST", "/login", "token="+token, form, with); w.Code != 303 {
			t.Errorf("again, in a second window: status %d", w.Code)
		}
		if w := ask(s, "GET", "/login", ""); w.Code != 303 || w.Header().Get("Location") != "/" {
			t.Errorf("the form's own address: %d %v", w.Code, w.Header())
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
				go attempt("Cookie", "ptvd=wrong")
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

// logIn returns the cookie that a server gives to a browser which reaches it by a host.
func logIn(t *testing.T, s *Server, host string) *http.Cookie {
	t.Helper()
	w := ask(s, "POST", "/login", "token="+strings.ReplaceAll(token, " ", "+"), header("Content-Type", "application/x-www-form-urlencoded"), hostHeader(host))
	if len(w.Result().Cookies()) != 1 {
		t.Fatalf("%d %v", w.Code, w.Result().Cookies())
	}
	return w.Result().Cookies()[0]
}

func TestBoardsOnTwoPortsOfAHostKeepTheirCookies(t *testing.T) {
	o := new(board).options()
	o.Token = token
	s := serve(t, o)
	one, other, none := logIn(t, s, "localhost:8337"), logIn(t, s, "localhost:8338"), logIn(t, s, "localhost")
	if one.Name == other.Name || one.Name == none.Name || other.Name == none.Name {
		t.Errorf("the cookies are named %s, %s and %s", one.Name, other.Name, none.Name)
	}
}

func TestLinkFromAnotherSiteOpensThePage(t *testing.T) {
	o := new(board).options()
	o.Token = token
	s := serve(t, o)
	cookie := logIn(t, s, "127.0.0.1:8337")
	link := func(r *http.Request) {
		r.AddCookie(cookie) // SameSite=Lax: browsers send it when a link is followed, and with no other request
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		r.Header.Set("Sec-Fetch-Mode", "navigate")
		r.Header.Set("Sec-Fetch-Dest", "document")
	}
	if w := ask(s, "GET", "/", "", link); w.Code != 200 {
		t.Errorf("the link: status %d", w.Code)
	}
	if w := ask(s, "POST", "/api/do", `{"do":"call","action":"bell.press"}`, link); w.Code != 403 {
		t.Errorf("a command from that site: status %d", w.Code)
	}
}

func TestLoginSaysWhatWasWrong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := new(board).options()
		o.Token = token
		s := serve(t, o)
		form := header("Content-Type", "application/x-www-form-urlencoded")
		old := header("Cookie", "ptvd-8337=of-the-token-before")
		for want, w := range map[string]*httptest.ResponseRecorder{
			"This is not the token of this board.":                     ask(s, "POST", "/login", "token=wrong", form),
			"The token of this board has changed since you signed in.": ask(s, "GET", "/", "", old),
			`<p id="problem" role="alert"></p>`:                        ask(s, "GET", "/", ""),
		} {
			if !strings.Contains(w.Body.String(), want) || w.Code != 401 || w.Header().Get("Content-Type") != "text/html; charset=utf-8" {
				t.Errorf("%d %v lacks %q:\n%s", w.Code, w.Header(), want, w.Body)
			}
		}
		for range maxDelayed {
			go ask(s, "POST", "/login", "token=wrong", form)
		}
		synctest.Wait()
		if w := ask(s, "POST", "/login", "token=wrong", form); w.Code != 429 || !strings.Contains(w.Body.String(), "Too many failed authentication attempts") || !strings.Contains(w.Body.String(), "<form") {
			t.Errorf("above the limit: %d %s", w.Code, w.Body)
		}
		time.Sleep(failureDelay)
	})
}
