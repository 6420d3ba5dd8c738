package ptv_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"ptvd/internal/fakeserver"
	"ptvd/plugins"
	"ptvd/plugins/ptv"
)

var signature = regexp.MustCompile(`(?i)[0-9a-f]{40}`)

func assertNoSecret(t *testing.T, text string) {
	t.Helper()
	if strings.Contains(text, fakeserver.DemoID) || strings.Contains(text, fakeserver.DemoKey) || signature.MatchString(text) {
		t.Errorf("a secret shows: %s", text)
	}
}

func TestNoSecretShowsWhateverGoesWrong(t *testing.T) {
	answering := func(status int, body string) http.RoundTripper {
		return serving(func(w http.ResponseWriter, r *http.Request) {
			query := r.URL.Query()
			w.WriteHeader(status)
			fmt.Fprintf(w, body, query.Get("devid"), fakeserver.DemoKey, query.Get("signature"))
		})
	}
	for name, network := range map[string]http.RoundTripper{
		"all is well": serving(realService().ServeHTTP),
		"the error of an http.Client": roundTripper(func(r *http.Request) (*http.Response, error) {
			return nil, &url.Error{Op: "Get", URL: r.URL.String(), Err: fmt.Errorf("no route to host")}
		}),
		"an error with the address in its text": roundTripper(func(r *http.Request) (*http.Response, error) {
			return nil, fmt.Errorf("cannot get %s", r.URL)
		}),
		"a refusal that repeats the request": answering(403, `{"message":"devid %s, key %s, signature %s refused"}`),
		"a refusal without a known word":     answering(403, `{"message":"%s %s %s refused"}`),
		"a broken server that repeats it":    answering(500, `{"message":"%s %s %s"}`),
		"a server that repeats it in small letters": serving(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(500)
			fmt.Fprintf(w, `{"message":"%s"}`, strings.ToLower(r.URL.RequestURI()))
		}),
		"a page that repeats it": answering(200, `<html>%s %s %s</html>`),
		"a login page": serving(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://login.example/?from="+url.QueryEscape(r.URL.String()), http.StatusFound)
		}),
		"a redirect that cannot be read": serving(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "http://%zz"+r.URL.RequestURI())
			w.WriteHeader(http.StatusFound)
		}),
		"a host that is made of it": serving(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "http://"+r.URL.Query().Get("signature")+".example/")
			w.WriteHeader(http.StatusFound)
		}),
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.Net.HTTP = network
			w.Run(func(task *plugins.Task) error {
				trains, departures := w.trains(task, config())
				if err := task.Sleep(10 * time.Minute); err != nil {
					return err
				}
				assertNoSecret(t, w.Log.String())
				assertNoSecret(t, trains.Env.Health.Why)
				assertNoSecret(t, fmt.Sprintf("%+v", departures()))
				return trains.Stop(task)
			})
			if _, err := search(client("http://ptv.example", network)); err != nil {
				assertNoSecret(t, fmt.Sprintf("%v %+v %#v", err, err, err))
			}
			if w.Log.Len() == 0 {
				t.Error("nothing was logged: the test looks at nothing")
			}
		})
	}
}

func TestAConfigurationPrintsWithoutItsSecrets(t *testing.T) {
	cfg := config()
	assertNoSecret(t, fmt.Sprintf("%v %+v %#v", cfg, cfg, cfg))
	assertNoSecret(t, fmt.Sprintf("%+v %#v", cfg.Client(nil), ptv.Client{ID: cfg.ID, Key: cfg.Key}))
}
