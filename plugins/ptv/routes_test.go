package ptv_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ptvd/internal/host"
	"ptvd/plugins"
	"ptvd/plugins/plugintest"
	"ptvd/plugins/ptv"
	"ptvd/plugins/topics"
)

// routes answers for two routes, the second of which has begun to fail.
type routes struct {
	*plugintest.Harness
	status int // of route 2
	asked  int // how often it was
}

func (r *routes) RoundTrip(request *http.Request) (*http.Response, error) {
	recorder := httptest.NewRecorder()
	switch one := strings.HasSuffix(request.URL.Path, "/route/1"); {
	case one:
		recorder.WriteString(answer(service{In: 20, Route: 1, Destination: "City"}))
	case r.status == http.StatusOK:
		recorder.WriteString(answer(service{In: 9, Late: 1, Route: 2, Run: "b", Destination: "Dandenong"}))
	default:
		if r.status == http.StatusBadGateway {
			recorder.Header().Set("Retry-After", "90")
		}
		recorder.WriteHeader(r.status)
	}
	if !strings.HasSuffix(request.URL.Path, "/route/1") {
		r.asked++
	}
	return recorder.Result(), nil
}

func TestARouteThatFailsLeavesTheOthersAlone(t *testing.T) {
	for status, want := range map[int]struct {
		health string
		asked  int // in five and a half minutes
	}{
		http.StatusServiceUnavailable: {"route 2: HTTP 503: Service Unavailable", 6},
		http.StatusBadGateway:         {"route 2: HTTP 502: Bad Gateway", 3},
		http.StatusNotFound:           {"route 2: not found: no such stop or route; check stop, routes and route_type", 4},
	} {
		api := &routes{plugintest.New(t), http.StatusOK, 0}
		api.Net.HTTP = api
		cfg := config()
		cfg.Stop, cfg.Routes = 7, []int{1, 2}
		api.Run(func(task *plugins.Task) error {
			trains := api.Instance("trains", "ptv").StartPlugin(task, func(env plugins.Env) (plugins.Plugin, error) { return ptv.New(env, cfg) })
			published := plugintest.Subscribe[topics.Departures](api.Harness, "trains", "departures")
			look := func(after time.Duration, list string) topics.Departures {
				t.Helper()
				if err := task.Sleep(after); err != nil {
					t.Fatal(err)
				}
				d, _ := published.Last()
				if got := minutes(d); got != list || task.Now().Sub(d.Received) > 30*time.Second || d.Problem != "" {
					t.Errorf("there are departures in %s minutes, want %s, received %v ago; problem %q", got, list, task.Now().Sub(d.Received), d.Problem)
				}
				return d
			}
			look(time.Second, "9 20")
			api.status = status
			d := look(time.Minute, "9 20")
			if d.List[0].Live() || !d.List[0].When().Equal(plugintest.Epoch.Add(10*time.Minute)) || !d.List[1].Live() || d.Complete {
				t.Errorf("%d: %+v, complete: %v; want the first as it was known, not live, and the second live", status, d.List, d.Complete)
			}
			if h := trains.Health; h.Condition != host.Degraded || h.Why != want.health {
				t.Errorf("%d: the health is %s: %s", status, h.Condition, h.Why)
			}
			look(4*time.Minute+30*time.Second, "20")
			if api.asked-1 < want.asked-2 || api.asked-1 > want.asked+2 {
				t.Errorf("%d: route 2 was asked %d times after it began to fail, want about %d", status, api.asked-1, want.asked)
			}
			api.status = http.StatusOK
			if look(5*time.Minute+30*time.Second, "9 20"); trains.Health.Condition != host.OK {
				t.Errorf("%d: after the route has come back the health is %s: %s", status, trains.Health.Condition, trains.Health.Why)
			}
			return trains.Stop(task)
		})
	}
}
