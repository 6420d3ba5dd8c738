package web

import (
	"net/http"
	"strings"
	"testing"
)

func TestEveryAnswerHasSecurityHeaders(t *testing.T) {
	s := serve(t, new(board).options())
	for _, path := range []string{"/", "/app.js", "/api/state", "/nothing"} {
		h := ask(s, "GET", path, "").Header()
		for name, want := range map[string]string{
			"Content-Security-Policy":      "default-src 'none'; script-src 'self'",
			"X-Content-Type-Options":       "nosniff",
			"Referrer-Policy":              "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
		} {
			if !strings.HasPrefix(h.Get(name), want) {
				t.Errorf("%s: %s is %q", path, name, h.Get(name))
			}
		}
		if h.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: other origins may read it", path)
		}
	}
}

func TestOnlyHostNamesOfThisMachineAreAccepted(t *testing.T) {
	s := serve(t, new(board).options())
	for name, want := range map[string]int{
		"127.0.0.1:8337": 200, "127.0.0.1": 200, "localhost:8337": 200, "LOCALHOST.": 200, "[::1]:8337": 200, "192.0.2.7:8337": 200,
		"evil.example:8337": 421, "127.0.0.1.evil.example": 421, "localhost.evil.example": 421, "": 421,
	} {
		if got := ask(s, "GET", "/api/state", "", hostHeader(name)).Code; got != want {
			t.Errorf("Host %q: status %d, want %d", name, got, want)
		}
	}
}

func TestConfiguredHostNamesAreAccepted(t *testing.T) {
	b := new(board)
	o := b.options()
	o.Names = []string{"Board.example"}
	s := serve(t, o)
	for name, want := range map[string]int{"board.example": 204, "Board.Example:443": 204, "evil.example": 421, "x.board.example": 421} {
		origin := header("Origin", "https://"+name)
		if got := ask(s, "POST", "/api/do", `{"do":"call","action":"bell.press"}`, hostHeader(name), origin, header("Sec-Fetch-Site", "")).Code; got != want {
			t.Errorf("Host %q: status %d, want %d", name, got, want)
		}
	}
}

func TestOtherOriginsMayOnlyLinkToThePage(t *testing.T) {
	b := new(board)
	s := serve(t, b.options())
	link := []func(*http.Request){header("Sec-Fetch-Mode", "navigate"), header("Sec-Fetch-Dest", "document")}
	for name, test := range map[string]struct {
		method, path, site string
		more               []func(*http.Request)
		want               int
	}{
		"a link to the page":          {"GET", "/", "cross-site", link, 200},
		"the page in a frame":         {"GET", "/", "cross-site", []func(*http.Request){header("Sec-Fetch-Mode", "navigate"), header("Sec-Fetch-Dest", "iframe")}, 403},
		"its script":                  {"GET", "/app.js", "cross-site", nil, 403},
		"the state":                   {"GET", "/api/state", "cross-site", nil, 403},
		"the state, same site":        {"GET", "/api/state", "same-site", nil, 403},
		"the events":                  {"GET", "/events", "cross-site", nil, 403},
		"a request of an old browser": {"GET", "/api/state", "", []func(*http.Request){header("Origin", "http://evil.example")}, 403},
		"a request of a local file":   {"GET", "/events", "", []func(*http.Request){header("Origin", "null")}, 403},
		"a request of the page":       {"GET", "/api/state", "", []func(*http.Request){header("Origin", "http://127.0.0.1:8337")}, 200},
		"a form of another origin":    {"POST", "/api/do", "cross-site", link, 403},
		"a command, same site":        {"POST", "/api/do", "same-site", nil, 403},
		"a command of an old browser": {"POST", "/api/do", "", []func(*http.Request){header("Origin", "http://evil.example")}, 403},
		"a command of the page":       {"POST", "/api/do", "same-origin", []func(*http.Request){header("Origin", "http://127.0.0.1:8337")}, 204},
		"a command of a program":      {"POST", "/api/do", "", nil, 204},
		"a command by GET":            {"GET", "/api/do", "same-origin", nil, 405},
	} {
		t.Run(name, func(t *testing.T) {
			b.done = nil
			body := map[string]string{"POST": `{"do":"call","action":"bell.press"}`}[test.method]
			w := ask(s, test.method, test.path, body, append(test.more, header("Sec-Fetch-Site", test.site))...)
			if w.Code != test.want || (w.Code == 204) != (len(b.done) == 1) {
				t.Errorf("status %d, want %d; done: %v", w.Code, test.want, b.done)
			}
		})
	}
}

func TestHeadersAndBodiesAreLimited(t *testing.T) {
	s := serve(t, new(board).options())
	large := `{"do":"call","arg":"` + strings.Repeat("x", maxCommand) + `"}`
	if w := ask(s, "POST", "/api/do", large); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a large body: status %d", w.Code)
	}
	address := listen(t, s)
	r, _ := http.NewRequest("GET", "http://"+address+"/", nil)
	r.Header.Set("X-Large", strings.Repeat("x", 64<<10))
	answer, err := http.DefaultClient.Do(r)
	if err != nil || answer.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("large headers: %v, %v", answer, err)
	}
}
