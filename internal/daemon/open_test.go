package daemon_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"ptvd/internal/daemon"
)

func TestCertificatesAreValidByTheGivenClock(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	expires := server.Certificate().NotAfter
	for now, valid := range map[time.Time]bool{expires.Add(-time.Hour): true, time.Unix(0, 0).Add(-24 * time.Hour): false, expires.Add(time.Hour): false} {
		transport := daemon.SystemNetwork(func() time.Time { return now }).HTTP.(*http.Transport)
		transport.TLSClientConfig.RootCAs = server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
		answer, err := (&http.Client{Transport: transport}).Get(server.URL)
		if (err == nil) != valid {
			t.Errorf("at %v: %v", now, err)
		}
		if err == nil {
			answer.Body.Close()
		}
		transport.CloseIdleConnections()
	}
}
