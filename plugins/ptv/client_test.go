package ptv_test

import (
	"compress/gzip"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ptvd/internal/fakeserver"
	"ptvd/plugins"
	"ptvd/plugins/departures"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/ptv"
)

// roundTripper is a network with the behavior of a function.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// serving is a network with one server, at all addresses.
func serving(handler http.HandlerFunc) http.RoundTripper {
	return plugintest.Transport{Handler: handler}
}

func client(base string, via http.RoundTripper) ptv.Client {
	cfg := config()
	cfg.BaseURL = base
	return cfg.Client(via, "ptvd")
}

// search makes a request.
func search(c ptv.Client) ([]ptv.Stop, error) {
	return c.FindStops(context.Background(), "Huntingdale")
}

// fakeAPI returns the fake with stops to search for.
func fakeAPI() http.Handler {
	api := fakeserver.NewPTV(func() time.Time { return time.Date(2026, 7, 1, 8, 0, 0, 0, time.UTC) })
	api.Handle("GET /v3/search/{term}", func(w http.ResponseWriter, r *http.Request) {
		term, err := url.PathUnescape(r.PathValue("term")) // it is escaped twice
		var stops []string
		for name, stop := range map[string]string{
			"Huntingdale": `"stop_id":1099,"route_type":0,"routes":[{"route_id":4,"route_type":0,"route_name":"Cranbourne","route_number":""}]`,
			"Huntingdale Station/Haughton Rd": `"stop_id":19099,"route_type":2,"routes":[
				{"route_id":13601,"route_type":2,"route_name":"Huntingdale Station - Monash University via North Rd","route_number":"601"}]`,
		} {
			if err == nil && strings.Contains(strings.ToLower(name), strings.ToLower(term)) {
				stops = append(stops, fmt.Sprintf(`{"stop_name":%q,"stop_suburb":"Oakleigh",%s}`, name, stop))
			}
		}
		fmt.Fprintf(w, `{"stops":[%s],"routes":[],"outlets":[],"status":{"version":"3.0","health":1}}`, strings.Join(stops, ","))
	})
	api.Handle("GET /v3/directions/route/{route}", func(w http.ResponseWriter, r *http.Request) {
		direction := map[string]string{
			"4":     `{"direction_id":1,"direction_name":"City (Flinders Street)","route_id":4,"route_type":0}`,
			"13601": `{"direction_id":201,"direction_name":"Monash University","route_id":13601,"route_type":2}`,
		}[r.PathValue("route")]
		fmt.Fprintf(w, `{"directions":[%s],"status":{"version":"3.0","health":1}}`, direction)
	})
	return api
}

func TestFindStopsReturnsRoutesAndDirections(t *testing.T) {
	stops, err := client("http://ptv.example", serving(fakeAPI().ServeHTTP)).FindStops(context.Background(), "station/haugh")
	if err != nil || len(stops) != 1 {
		t.Fatalf("found %+v, %v", stops, err)
	}
	s := stops[0]
	if s.ID != 19099 || s.RouteType != "bus" || s.Suburb != "Oakleigh" || len(s.Routes) != 1 ||
		s.Routes[0].Number != "601" || len(s.Routes[0].Directions) != 1 || s.Routes[0].Directions[0] != (ptv.Direction{ID: 201, Name: "Monash University"}) {
		t.Errorf("found %+v", s)
	}
}

func TestFindStopsRejectsTextsThatFindOnlyRoutes(t *testing.T) {
	for _, text := range []string{"", " ab ", "601", "19 000"} {
		if _, err := client("http://ptv.example", nil).FindStops(context.Background(), text); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
}

func TestErrorsOfTheAPI(t *testing.T) {
	for name, test := range map[string]struct {
		status  int
		body    string
		summary string
	}{
		"an invalid id":         {400, `{"message":"Bad Request (400): devid is unknown","status":{"version":"3.0","health":1}}`, "invalid id"},
		"an invalid key":        {403, `{"message":"Forbidden (403): Supplied signature is invalid","status":{"version":"3.0","health":1}}`, "invalid key"},
		"a disabled key":        {403, `{"message":"Forbidden (403): Access is disabled","status":{"version":"3.0","health":1}}`, "access denied"},
		"too many requests":     {403, `{"message":"Forbidden (403): Throttling limit reached for this service.","status":{}}`, "throttled"},
		"status 429":            {429, ``, "throttled"},
		"403 without a message": {403, ``, "access denied"},
		"an unknown stop":       {404, `{"Message":"No HTTP resource was found."}`, "not found"},
		"a bad request":         {400, `{"message":"Bad Request (400): stop_id"}`, "not found"},
		"a server error":        {500, `{"Message":"An error has occurred."}`, "HTTP 500"},
		"an HTML error page":    {502, `<html><h1>Bad Gateway</h1></html>`, "HTTP 502"},
		"an unknown status":     {299, `{}`, "HTTP 299"},
		"a login page":          {200, "\r\n <!DOCTYPE html><title>Guest Wi-Fi</title>", "invalid reply"},
		"health 0":              {200, `{"stops":[],"status":{"version":"3.0","health":0}}`, "PTV is down"},
		"health 0 as a string":  {200, `{"stops":[],"status":{"version":"3.0","health":"0"}}`, "PTV is down"},
		"an error inside a 200": {200, `{"Message":"An error has occurred."}`, "invalid reply"},
		"a truncated reply":     {200, `{"stops":[{"stop_id":1`, "invalid reply"},
		"an empty reply":        {200, ``, "invalid reply"},
		"an array":              {200, `[]`, "invalid reply"},
		"a null":                {200, `null`, "invalid reply"},
		"no list":               {200, `{"stops":{},"status":{"health":1}}`, "invalid reply"},
		"deep nesting":          {200, strings.Repeat(`{"stops":[`, 20000), "invalid reply"},
	} {
		_, err := search(client("http://ptv.example", serving(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(test.status)
			io.WriteString(w, test.body)
		})))
		var apiError *departures.Error
		if !errors.As(err, &apiError) || apiError.Summary != test.summary || apiError.Detail == "" {
			t.Errorf("%s: %v, want %s", name, err, test.summary)
		}
	}
}

func TestErrorsOfTheNetwork(t *testing.T) {
	dial := func(err error) error {
		return &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(203, 0, 113, 9), Port: 443}, Err: err}
	}
	for name, test := range map[string]struct {
		err  error
		want string
	}{
		"no name server":    {dial(&net.DNSError{Err: "server misbehaving", Name: "ptv.example", Server: "192.0.2.1:53"}), "no network: lookup ptv.example: temporary failure in name resolution"},
		"no such host":      {dial(&net.DNSError{Err: "no such host", Name: "ptv.example", IsNotFound: true}), "no network: lookup ptv.example: no such host"},
		"refused":           {dial(errors.New("connect: connection refused")), "no connection: connect: connection refused"},
		"a timeout":         {context.DeadlineExceeded, "timeout: no reply from the server"},
		"a wrong clock":     {x509.CertificateInvalidError{Reason: x509.Expired, Detail: "current time 1970-01-01 is before 2026-01-01"}, "clock not set: certificate has expired or is not yet valid: check that the system clock is set"},
		"a lost connection": {io.ErrUnexpectedEOF, "no connection: unexpected EOF"},
	} {
		_, err := search(client("https://ptv.example", roundTripper(func(*http.Request) (*http.Response, error) { return nil, test.err })))
		if err == nil || err.Error() != test.want {
			t.Errorf("%s:\n got %v\nwant %s", name, err, test.want)
		}
	}
}

func TestATruncatedBodyIsAnError(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		io.WriteString(w, `{"stops":[`)
	}))
	defer server.Close()
	if _, err := search(client(server.URL, server.Client().Transport)); err == nil || !strings.HasPrefix(err.Error(), "no connection: ") {
		t.Errorf("half a body: %v", err)
	}
}

func TestACompressedReplyIsDecompressed(t *testing.T) {
	api := fakeAPI()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		plain := httptest.NewRecorder()
		api.ServeHTTP(plain, r)
		if r.Header.Get("Accept-Encoding") != "gzip" {
			t.Errorf("compression was not requested: %v", r.Header)
		}
		w.Header().Set("Content-Encoding", "gzip")
		zip := gzip.NewWriter(w)
		zip.Write(plain.Body.Bytes())
		zip.Close()
	}))
	defer server.Close()
	if stops, err := search(client(server.URL, server.Client().Transport)); err != nil || len(stops) != 2 {
		t.Errorf("found %+v, %v", stops, err)
	}
}

func TestTheDecompressedSizeIsLimited(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		zip := gzip.NewWriter(w)
		zip.Write(make([]byte, 8<<20))
		zip.Close()
	}))
	defer server.Close()
	if _, err := search(client(server.URL, server.Client().Transport)); err == nil || !strings.Contains(err.Error(), "larger than 2 MiB") {
		t.Errorf("8 MB of zeros: %v", err)
	}
}

func TestTheConnectionIsReused(t *testing.T) {
	var connections atomic.Int32
	server := httptest.NewUnstartedServer(fakeAPI())
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	for range 3 {
		if _, err := search(client(server.URL, server.Client().Transport)); err != nil {
			t.Fatal(err)
		}
	}
	if connections.Load() != 1 {
		t.Errorf("%d connections", connections.Load())
	}
}

func TestCredentialsAreReadForEachRequest(t *testing.T) {
	c := client("http://ptv.example", serving(fakeAPI().ServeHTTP))
	c.Key = plugins.Secret{Env: "PTV_TEST_KEY"}
	for _, test := range []struct{ key, want string }{{"", "no key"}, {"wrong", "invalid key"}, {fakeserver.DemoKey, ""}} {
		t.Setenv("PTV_TEST_KEY", test.key)
		_, err := search(c)
		var apiError *departures.Error
		if errors.As(err, &apiError) != (test.want != "") || apiError != nil && apiError.Summary != test.want {
			t.Errorf("with the key %q: %v", test.key, err)
		}
	}
}
