package cli

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"ptvd/internal/fakeserver/motisserver"
	"ptvd/plugins"
	"ptvd/plugins/plugintest"
)

type served struct{ http.Handler }

func (s served) RoundTrip(r *http.Request) (*http.Response, error) {
	recorder := httptest.NewRecorder()
	s.ServeHTTP(recorder, r)
	return recorder.Result(), nil
}

func TestStopsOfMOTISArePrintedAsAConfiguration(t *testing.T) {
	var out bytes.Buffer
	found, err := findMOTIS(context.Background(), &out, served{motisserver.New(time.Now)}, plugins.Position{}, "haughton")
	const want = "# Huntingdale Station/Haughton Rd, Oakleigh: BUS\nplugin: motis\nstop: \"au-vic_19099\"\nnear: -37.911,145.102\n\n"
	if err != nil || found != 1 || out.String() != want {
		t.Errorf("found %d, %v:\n%s\nwant\n%s", found, err, &out, want)
	}
	if err := plugintest.Check("motis", "stop: \"au-vic_19099\"\nnear: -37.911,145.102\ncontact: me@example.org"); err != nil {
		t.Error(err)
	}
}
