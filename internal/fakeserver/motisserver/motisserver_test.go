package motisserver_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"

	"ptvd/internal/fakeserver"
	"ptvd/internal/fakeserver/motisserver"
)

// specified returns the schema that MOTIS's specification has for a reply.
func specified(t *testing.T, path, status string) *jsonschema.Schema {
	t.Helper()
	text, err := os.ReadFile("../testdata/motis/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var parsed any
	if err := yaml.Unmarshal(text, &parsed); err != nil {
		t.Fatal(err)
	}
	asJSON, err := json.Marshal(parsed)
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("openapi.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("openapi.json#/paths/" + path + "/get/responses/" + status + "/content/application~1json/schema")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

var morning = time.Date(2026, 5, 4, 22, 15, 10, 0, time.UTC)

func TestMOTISRepliesAreAsSpecified(t *testing.T) {
	const stopTimes, stop, geocode = "~1api~1v6~1stoptimes", "~1api~1v6~1stop", "~1api~1v1~1geocode"
	night := time.Date(2026, 5, 4, 15, 10, 0, 0, time.UTC) // ten past one
	for _, c := range []struct {
		request, path string
		at            time.Time
		status        int
		with          string // what its text has
	}{
		{"/api/v6/stoptimes?stopId=" + motisserver.Stop + "&n=30", stopTimes, morning, http.StatusOK, `"cancelled":true`},
		{"/api/v6/stoptimes?stopId=" + motisserver.Stop + "&n=30", stopTimes, morning, http.StatusOK, `"impactPeriod"`},
		{"/api/v6/stoptimes?stopId=" + motisserver.Stop + "&n=30&mode=BUS", stopTimes, morning, http.StatusOK, `"mode":"BUS"`},
		{"/api/v6/stoptimes?stopId=" + motisserver.Stop + "&n=30", stopTimes, night, http.StatusOK, `"stopTimes":[]`},
		{"/api/v6/stoptimes?stopId=old&center=-37.911,145.102&radius=100&n=9", stopTimes, morning, http.StatusOK, `"routeShortName":"601"`},
		{"/api/v6/stoptimes?stopId=old&n=3", stopTimes, morning, http.StatusNotFound, `"error"`},
		{"/api/v6/stoptimes?center=-37.911,145.102&n=3", stopTimes, morning, http.StatusBadRequest, `"error"`},
		{"/api/v6/stoptimes?stopId=" + motisserver.Stop + "&n=x", stopTimes, morning, http.StatusUnprocessableEntity, `"error"`},
		{"/api/v6/stop?stopId=" + motisserver.Stop, stop, morning, http.StatusOK, `"routeLongName":"Pakenham"`},
		{"/api/v6/stop?stopId=old", stop, morning, http.StatusNotFound, `"error"`},
		{"/api/v1/geocode?text=hunting&type=STOP", geocode, morning, http.StatusOK, `"Oakleigh"`},
		{"/api/v1/geocode?text=", geocode, morning, http.StatusBadRequest, `"error"`},
	} {
		recorder := httptest.NewRecorder()
		motisserver.New(func() time.Time { return c.at }).ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, c.request, nil))
		reply, err := jsonschema.UnmarshalJSON(bytes.NewReader(recorder.Body.Bytes()))
		if err != nil || recorder.Code != c.status || !bytes.Contains(recorder.Body.Bytes(), []byte(c.with)) {
			t.Errorf("%s: status %d, %v: %s", c.request, recorder.Code, err, recorder.Body)
			continue
		}
		if err := specified(t, c.path, strconv.Itoa(c.status)).Validate(reply); err != nil {
			t.Errorf("%s: %v", c.request, err)
		}
	}
}

func TestBothFakesHaveTheSameNetwork(t *testing.T) {
	now := func() time.Time { return morning }
	ptv := fakeserver.NewPTV(now)
	cancelled := func() int {
		recorder := httptest.NewRecorder()
		motisserver.Beside(ptv, now).ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/api/v6/stoptimes?stopId="+motisserver.Stop+"&n=30", nil))
		return bytes.Count(recorder.Body.Bytes(), []byte(`"tripCancelled":true`))
	}
	before := cancelled()
	if ptv.CancelNext(150 * time.Second); cancelled() != before+1 {
		t.Errorf("%d trips are cancelled, want one more than %d", cancelled(), before)
	}
}
