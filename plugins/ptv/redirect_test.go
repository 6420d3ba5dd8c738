package ptv_test

import (
	"net/http"
	"strings"
	"testing"
)

// redirecting is a network in which the API redirects http requests to location. It records
// the URLs of all requests.
func redirecting(t *testing.T, location string) (http.RoundTripper, *[]string) {
	t.Helper()
	api := fakeAPI()
	seen := new([]string)
	return serving(func(w http.ResponseWriter, r *http.Request) {
		*seen = append(*seen, r.URL.Scheme+"://"+r.URL.Host+r.URL.Path)
		if r.URL.Scheme == "http" {
			w.Header().Set("Location", strings.NewReplacer("{request}", r.URL.RequestURI(), "{path}", r.URL.EscapedPath()).Replace(location))
			w.WriteHeader(http.StatusMovedPermanently)
			return
		}
		api.ServeHTTP(w, r)
	}), seen
}

func TestARedirectToHTTPSOnTheSameHostIsSigned(t *testing.T) {
	for _, location := range []string{
		"https://ptv.example{request}",
		"https://ptv.example{path}",
		"https://ptv.example{path}?signature=stale&devid=1&extra=yes",
	} {
		network, _ := redirecting(t, location)
		if stops, err := search(client("http://ptv.example", network)); err != nil || len(stops) != 2 {
			t.Errorf("redirected to %s: found %+v, %v", location, stops, err)
		}
	}
}

func TestNoRequestGoesToAnotherHost(t *testing.T) {
	for _, location := range []string{
		"http://elsewhere.example{request}", "https://elsewhere.example/", "//elsewhere.example{request}",
		"http://ptv.example:8080/", "ftp://ptv.example/", "https://ptv.example@elsewhere.example/", "http://%zz",
	} {
		network, seen := redirecting(t, location)
		_, err := search(client("http://ptv.example", network))
		if err == nil || len(*seen) != 1 {
			t.Errorf("redirected to %s: %v, requests %v", location, err, *seen)
		}
		assertNoSecret(t, err.Error())
	}
}

func TestNoRedirectFromHTTPSToHTTP(t *testing.T) {
	requests := 0
	_, err := search(client("https://ptv.example", serving(func(w http.ResponseWriter, r *http.Request) {
		requests++
		http.Redirect(w, r, "http://ptv.example"+r.URL.RequestURI(), http.StatusFound)
	})))
	if err == nil || requests != 1 {
		t.Errorf("%d requests, %v", requests, err)
	}
}

func TestTheNumberOfRedirectsIsLimited(t *testing.T) {
	network, seen := redirecting(t, "/v3/search/again")
	if _, err := search(client("http://ptv.example", network)); err == nil || len(*seen) != 4 {
		t.Errorf("%d requests, %v", len(*seen), err)
	}
}
