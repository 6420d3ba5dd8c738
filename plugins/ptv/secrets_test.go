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
		t.Errorf("contains a secret: %s", text)
	}
}

func TestNoErrorContainsASecret(t *testing.T) {
	answering := func(status int, body string) http.RoundTripper {
		return serving(func(w http.ResponseWriter, r *http.Request) {
			query := r.URL.Query()
			w.WriteHeader(status)
			fmt.Fprintf(w, body, query.Get("devid"), fakeserver.DemoKey, query.Get("signature"))
		})
	}
	for name, network := range map[string]http.RoundTripper{
		"no error": serving(fakeAPI().ServeHTTP),
		"a url.Error": roundTripper(func(r *http.Request) (*http.Response, error) {
			return nil, &url.Error{Op: "Get", URL: r.URL.String(), Err: fmt.Errorf("no route to host")}
		}),
		"an error with the URL": roundTripper(func(r *http.Request) (*http.Response, error) {
			return nil, fmt.Errorf("cannot get %s", r.URL)
		}),
		"403 with the credentials":      answering(403, `{"message":"devid %s, key %s, signature %s refused"}`),
		"403 with only the credentials": answering(403, `{"message":"%s %s %s"}`),
		"500 with the credentials":      answering(500, `{"message":"%s %s %s"}`),
		"500 with the credentials in lower case": serving(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(500)
			fmt.Fprintf(w, `{"message":"%s"}`, strings.ToLower(r.URL.RequestURI()))
		}),
		"HTML with the credentials": answering(200, `<html>%s %s %s</html>`),
		"a captive portal": serving(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://login.example/?from="+url.QueryEscape(r.URL.String()), http.StatusFound)
		}),
		"a redirect to an invalid URL": serving(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "http://%zz"+r.URL.RequestURI())
			w.WriteHeader(http.StatusFound)
		}),
		"a redirect to a host made of them": serving(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "http://"+r.URL.Query().Get("signature")+".example/")
			w.WriteHeader(http.StatusFound)
		}),
	} {
		t.Run(name, func(t *testing.T) {
			fx := newFixture(t)
			fx.Net.HTTP = network
			fx.Run(func(task *plugins.Task) error {
				trains, departures := fx.trains(task, config())
				if err := task.Sleep(10 * time.Minute); err != nil {
					return err
				}
				assertNoSecret(t, fx.Log.String())
				assertNoSecret(t, trains.Health.Why)
				assertNoSecret(t, fmt.Sprintf("%+v", departures()))
				return trains.Stop(task)
			})
			if _, err := search(client("http://ptv.example", network)); err != nil {
				assertNoSecret(t, fmt.Sprintf("%v %+v %#v", err, err, err))
			}
			if fx.Log.Len() == 0 {
				t.Error("nothing was logged, so the test checks nothing")
			}
		})
	}
}

func TestConfigAndClientPrintWithoutSecrets(t *testing.T) {
	cfg := config()
	assertNoSecret(t, fmt.Sprintf("%v %+v %#v", cfg, cfg, cfg))
	assertNoSecret(t, fmt.Sprintf("%+v %#v", cfg.Client(nil, "ptvd"), ptv.Client{ID: cfg.ID, Key: cfg.Key}))
}
