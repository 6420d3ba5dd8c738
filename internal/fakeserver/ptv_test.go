package fakeserver_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ptvd/internal/fakeserver"
)

var morning = time.Date(2026, 5, 4, 22, 15, 10, 0, time.UTC)

// at returns a server whose clock is stopped.
func at(now time.Time) *fakeserver.PTV { return fakeserver.NewPTV(func() time.Time { return now }) }

// getSigned makes a signed request.
func getSigned(p http.Handler, request, id, key string) *httptest.ResponseRecorder {
	request += map[bool]string{true: "&", false: "?"}[strings.Contains(request, "?")] + "devid=" + id
	mac := hmac.New(sha1.New, []byte(key))
	mac.Write([]byte(request))
	recorder := httptest.NewRecorder()
	p.ServeHTTP(recorder, httptest.NewRequest("GET", fmt.Sprintf("%s&signature=%x", request, mac.Sum(nil)), nil))
	return recorder
}

type departures struct {
	Departures []struct {
		RunRef    string     `json:"run_ref"`
		Direction int        `json:"direction_id"`
		Scheduled time.Time  `json:"scheduled_departure_utc"`
		Estimated *time.Time `json:"estimated_departure_utc"`
		At        bool       `json:"at_platform"`
		Platform  *string    `json:"platform_number"`
		Flags     string     `json:"flags"`
	}
	Stops, Routes, Directions, Disruptions map[string]any
	Runs                                   map[string]struct{ Status string }
}

const board = "/v3/departures/route_type/0/stop/1099"

func get(t *testing.T, p http.Handler, request string) (d departures) {
	t.Helper()
	response := getSigned(p, request, fakeserver.DemoID, fakeserver.DemoKey)
	if err := json.Unmarshal(response.Body.Bytes(), &d); err != nil || response.Code != http.StatusOK {
		t.Fatalf("%s: %d, %v", request, response.Code, err)
	}
	return d
}

func TestSameTimeGivesTheSameReply(t *testing.T) {
	request := board + "?max_results=5&expand=All&include_cancelled=true"
	first := getSigned(at(morning), request, fakeserver.DemoID, fakeserver.DemoKey).Body.String()
	second := getSigned(at(morning), request, fakeserver.DemoID, fakeserver.DemoKey).Body.String()
	if first != second || len(first) < 1000 {
		t.Errorf("the replies differ:\n%s\n%s", first, second)
	}
}

func TestRequestsMustBeSigned(t *testing.T) {
	p := at(morning)
	for name, test := range map[string]struct {
		request, id, key string
		want             int
	}{
		"correct":      {board, fakeserver.DemoID, fakeserver.DemoKey, 200},
		"another id":   {board, "1", fakeserver.DemoKey, 400},
		"another key":  {board, fakeserver.DemoID, "key", 403},
		"unknown path": {"/v3/nothing", fakeserver.DemoID, fakeserver.DemoKey, 404},
	} {
		if got := getSigned(p, test.request, test.id, test.key).Code; got != test.want {
			t.Errorf("%s: status %d, want %d", name, got, test.want)
		}
	}
	if p.Requests() != 4 {
		t.Errorf("%d requests", p.Requests())
	}
}

func TestRealTimeDataNeedsMaxResultsWhichAppliesToEachDirection(t *testing.T) {
	plain := get(t, at(morning), board)
	for _, d := range plain.Departures {
		if d.Estimated != nil || d.At || d.Platform != nil {
			t.Errorf("real time without max_results: %+v", d)
		}
	}
	perDirection := map[int]int{}
	estimates := 0
	for _, d := range get(t, at(morning), board+"?max_results=3").Departures {
		perDirection[d.Direction]++
		if d.Estimated != nil {
			estimates++
		}
	}
	if fmt.Sprint(perDirection) != "map[1:3 4:3 10:3]" || estimates < 5 {
		t.Errorf("departures in each direction: %v; %d estimates", perDirection, estimates)
	}
}

func TestExpandAndFilters(t *testing.T) {
	bare := get(t, at(morning), board+"?max_results=3")
	if len(bare.Stops)+len(bare.Routes)+len(bare.Runs)+len(bare.Directions)+len(bare.Disruptions) > 0 {
		t.Errorf("expanded without expand: %+v", bare)
	}
	for _, d := range get(t, at(morning), board+"/route/11?max_results=20&direction_id=1&platform_numbers=1").Departures {
		if d.Direction != 1 || d.Platform != nil && *d.Platform != "1" || d.Flags != "" {
			t.Errorf("not filtered out: %+v", d)
		}
	}
	for _, cancelled := range []bool{true, false} {
		found := false
		for _, run := range get(t, at(morning), fmt.Sprintf("%s?max_results=9&expand=Run&include_cancelled=%v", board, cancelled)).Runs {
			found = found || run.Status == "cancelled"
		}
		if found != cancelled {
			t.Errorf("include_cancelled=%v: a cancelled run %v", cancelled, found)
		}
	}
}

func TestTrainsStopAtThePlatformAndDepartAsEstimated(t *testing.T) {
	estimated := map[string]time.Time{} // the last estimate, which must not change in the last 90 seconds
	stopped := map[string]bool{}
	cancelled := map[string]bool{}
	departed := map[string]bool{}
	for now := morning; now.Before(morning.Add(time.Hour)); now = now.Add(10 * time.Second) {
		reply := get(t, at(now), board+"?max_results=9&expand=Run&include_cancelled=true")
		seen := map[string]bool{}
		for _, d := range reply.Departures {
			seen[d.RunRef] = true
			if departed[d.RunRef] {
				t.Errorf("%v: run %s is listed again after its departure", now, d.RunRef)
			}
			if d.Estimated == nil {
				continue
			}
			if promised, ok := estimated[d.RunRef]; ok && !promised.Equal(*d.Estimated) {
				t.Errorf("%v: run %s changed its estimate from %v to %v at the last moment", now, d.RunRef, promised, *d.Estimated)
			}
			if d.Estimated.Sub(now) < 90*time.Second {
				estimated[d.RunRef] = *d.Estimated
			}
			stopped[d.RunRef] = stopped[d.RunRef] || d.At
			cancelled[d.RunRef] = reply.Runs[d.RunRef].Status == "cancelled"
		}
		for run, leaves := range estimated {
			if !seen[run] && !departed[run] {
				departed[run] = true
				if stopped[run] == cancelled[run] && leaves.After(morning.Add(time.Minute)) {
					t.Errorf("run %s: cancelled %v, stopped at the platform %v", run, cancelled[run], stopped[run])
				}
			}
		}
	}
	if len(departed) < 12 {
		t.Errorf("%d trains departed within an hour", len(departed))
	}
}

func TestPTVFaults(t *testing.T) {
	for name, test := range map[string]struct {
		fault http.HandlerFunc
		code  int
		holds string
	}{
		"a status":  {fakeserver.Status(502), 502, `"Bad Gateway"`},
		"throttled": {fakeserver.Throttled, 403, "Throttling limit reached"},
		"none":      {nil, 200, `"health":1`},
	} {
		p := at(morning)
		p.Fail(test.fault)
		got := getSigned(p, board, fakeserver.DemoID, fakeserver.DemoKey)
		if got.Code != test.code || !strings.Contains(got.Body.String(), test.holds) {
			t.Errorf("%s: %d %s", name, got.Code, got.Body)
		}
	}
}

func TestCancelledTrainCanBeCaughtByItsSchedule(t *testing.T) {
	const after = 3 * time.Minute
	for minute := range 60 {
		now := morning.Add(time.Duration(minute) * time.Minute)
		p, before := at(now), map[string]bool{}
		for _, trip := range p.TripsAt(fakeserver.DemoStop) {
			before[trip.Run()] = trip.Cancelled()
		}
		p.CancelNext(after)
		for _, trip := range p.TripsAt(fakeserver.DemoStop) {
			if early := trip.Scheduled.Sub(now); trip.Cancelled() && !before[trip.Run()] && early <= after {
				t.Errorf("%s: the train that is cancelled is scheduled in %v", now.Format("15:04"), early)
			}
		}
	}
}

func TestCancelNextAndReinstate(t *testing.T) {
	p := at(morning)
	cancelled := func() (runs []string) {
		reply := get(t, p, board+"?max_results=9&expand=Run&include_cancelled=true")
		for _, d := range reply.Departures {
			if reply.Runs[d.RunRef].Status == "cancelled" {
				runs = append(runs, d.RunRef)
			}
		}
		return runs
	}
	before := cancelled()
	p.CancelNext(3 * time.Minute)
	if got := cancelled(); len(got) != len(before)+1 {
		t.Errorf("cancelled: %v, before %v", got, before)
	}
	p.Reinstate()
	if got := cancelled(); len(got) != len(before) {
		t.Errorf("after it was reinstated: %v, before %v", got, before)
	}
}
